import Foundation
import Synchronization

/// Names of what is written beside an output until it is whole: `.NAME.HOST.PROCESS.NUMBER.tmp`.
///
/// The name says who writes, so that what a killed process left can be told from what a living one
/// is at, on a file system that several machines share too.
enum TemporaryName {
  private static let count = Atomic<Int>(0)

  /// A name beside `name` that no other output has, of this process or another.
  static func next(for name: String) -> String {
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    return ".\(name).\(host).\(getpid()).\(number).tmp"
  }

  /// Removes what processes that are gone left of `name` in `folder`. What cannot be removed stays:
  /// it does no harm.
  ///
  /// Only processes of this machine can be asked whether they live; others' are left alone. A
  /// process number that was given anew keeps its leftover for another time.
  static func removeLeftovers(of name: String, in folder: String) {
    let prefix = ".\(name).\(host)."
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for leftover in names where leftover.hasPrefix(prefix) {
      guard let writer = writer(of: leftover, prefix: prefix), writer != getpid(),
        kill(writer, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: "\(folder)/\(leftover)")
    }
  }

  /// The process in `PREFIX PROCESS.NUMBER.tmp`, or in the same with what a folder adds.
  private static func writer(of leftover: String, prefix: String) -> pid_t? {
    let parts = leftover.dropFirst(prefix.count).split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "tmp", Int(parts[1]) != nil else { return nil }
    return pid_t(parts[0]).flatMap { $0 > 0 ? $0 : nil }
  }

  /// This machine's name as it can stand in a file's: without dots, which separate the parts.
  static let host: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(name.map { $0 == "." || $0 == "/" ? "-" : $0 })
  }()
}
