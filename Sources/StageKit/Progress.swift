import Foundation
import Synchronization

/// How far a stage is: a bar with rate and time left on a terminal, one plain line every ten
/// seconds elsewhere, nothing with `--quiet`.
public final class Progress: Sendable {
  private struct State {
    var done = 0
    var lastShown: Double
    var barIsOpen = false
    var note: String?
  }

  private let console: Console
  private let label: String
  private let unit: String
  private let total: Int
  private let started: Double
  private let terminal: Bool
  private let state: Mutex<State>

  /// `total`: how many units there are; 0 when that is not known.
  /// `unit`: what is counted, such as `texts`.
  public init(_ console: Console, _ label: String, total: Int, unit: String) {
    self.console = console
    self.label = label
    self.unit = unit
    self.total = total
    started = Machine.now
    state = Mutex(State(lastShown: started))
    let term = ProcessInfo.processInfo.environment["TERM"]
    terminal = isatty(2) == 1 && term != "dumb" && term != nil
  }

  /// Counts `count` more units.
  public func advance(_ count: Int) { advance(count, note: nil) }

  /// The same; `note` is what else is to be said, at the line's end.
  public func advance(_ count: Int, note: String?) {
    guard !console.quiet else { return }
    state.withLock { state in
      state.done += count
      state.note = note
      let now = Machine.now
      guard now - state.lastShown >= (terminal ? 0.1 : 10) else { return }
      state.lastShown = now
      if terminal {
        Console.write("\r\u{1B}[K" + line(state, now), to: FileHandle.standardError)
        state.barIsOpen = true
      } else {
        console.notice(line(state, now))
      }
    }
  }

  /// Takes the bar away.
  public func finish() {
    state.withLock { state in
      if state.barIsOpen { Console.write("\r\u{1B}[K", to: FileHandle.standardError) }
      state.barIsOpen = false
    }
  }

  private func line(_ state: State, _ now: Double) -> String {
    state.note.map { counts(state.done, now) + ", " + $0 } ?? counts(state.done, now)
  }

  private func counts(_ done: Int, _ now: Double) -> String {
    let rate = Double(done) / max(now - started, 1e-9)
    guard total > 0 else { return "\(label) \(done) \(unit), \(number(rate)) \(unit)/s" }
    let share = Double(done) / Double(total)
    let left = rate > 0 ? Double(total - done) / rate : 0
    let counts = "\(done)/\(total) \(unit), \(number(rate)) \(unit)/s, \(clock(left)) left"
    guard terminal else { return "\(label) \(Int(share * 100)) %, \(counts)" }
    let filled = Int(share * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    return "\(label) \(bar) \(Int(share * 100)) % \(counts)"
  }

  private func number(_ rate: Double) -> String {
    rate >= 10 ? String(Int(rate.rounded())) : String(format: "%.1f", rate)
  }

  private func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
