import Foundation

/// What this process may use of the machine, and has used.
public enum Machine {
  /// The cores of the affinity mask, cut by the cgroup's CPU quota; at least one.
  public static var availableCores: Int {
    let online = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let cores = affinity ?? online
    return max(1, min(cores, cgroupQuota ?? cores))
  }

  /// The most memory that this process has held, in bytes.
  ///
  /// Linux says it as VmHWM; what getrusage says begins with the memory of whoever started the process.
  public static var peakMemory: Int {
    if let kilobytes = statusLine("VmHWM:")?.split(separator: " ").first.flatMap({ Int($0) }) {
      return kilobytes * 1024
    }
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  }

  /// The bytes of memory that the system could give to this process now, cut by the cgroup's limit.
  public static var availableMemory: Int {
    let limit = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)
    let most = limit.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? .max
    let kilobytes = line("MemAvailable:", of: "/proc/meminfo")?.split(separator: " ").first
    return min(most, kilobytes.flatMap { Int($0) }.map { $0 * 1024 } ?? 1 << 30)
  }

  /// The seconds of processor time that this process has used.
  public static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double {
      Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// Seconds on a clock that never jumps.
  public static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Seconds since this process was started, to a hundredth; 0 where the system does not say.
  public static var secondsSinceStart: Double {
    let stat = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
    // Field 22, in clock ticks since boot (proc(5)); the name before may hold spaces and brackets.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    guard fields.count > 19, let ticks = Double(fields[19]) else { return 0 }
    let now = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    return max(0, now - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
  }

  // The mask as hexadecimal words; glibc's own call for it is not imported into Swift.
  private static var affinity: Int? {
    let count = statusLine("Cpus_allowed:")?.reduce(0) {
      $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount
    }
    return count.flatMap { $0 > 0 ? $0 : nil }
  }

  /// What /proc/self/status says after `name`, without the white space around it.
  private static func statusLine(_ name: String) -> String? { line(name, of: "/proc/self/status") }

  private static func line(_ name: String, of path: String) -> String? {
    let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return status.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) }
  }

  // cgroup v2 has "quota period" in one file, v1 in two.
  private static var cgroupQuota: Int? {
    func numbers(_ path: String) -> [Double] {
      ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
        .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }
    let own =
      (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8))?
      .split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? ""
    let root = "/sys/fs/cgroup"
    for pair in [numbers("\(root)\(own)/cpu.max"), numbers("\(root)/cpu.max")]
    where pair.count == 2 && pair[1] > 0 {
      return Int((pair[0] / pair[1]).rounded(.up))
    }
    let quota = numbers("\(root)/cpu/cpu.cfs_quota_us")
    let period = numbers("\(root)/cpu/cpu.cfs_period_us")
    if let quota = quota.first, let period = period.first, quota > 0, period > 0 {
      return Int((quota / period).rounded(.up))
    }
    return nil
  }
}
