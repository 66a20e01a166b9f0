import Foundation
import HostileInput
import TestSupport
import Testing

/// What others wrote, damaged or made to harm: told in words, whatever it is.
///
/// `FIRN_MUTATIONS=100000` mutates so many times a format; `make fuzz` searches by coverage.
@Suite struct HostileInputTests {
  private func read(_ bytes: [UInt8], as surface: Surface) throws {
    let scratch = try Scratch()
    try surface.read(bytes, in: scratch.folder)
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: Surface.allCases)
  func whatOnceWasAFaultIsTold(surface: Surface) throws {
    for (name, bytes) in try surface.foundCases() {
      #expect(throws: Never.self, "\(name)") { try read(bytes, as: surface) }
    }
  }

  @Test(arguments: Surface.allCases)
  func mutationsAreTold(surface: Surface) throws {
    let count = ProcessInfo.processInfo.environment["FIRN_MUTATIONS"].flatMap(Int.init) ?? 100
    let seeds = try surface.seeds()
    try #require(!seeds.isEmpty)
    for seed in seeds { try read(seed, as: surface) }
    for round in 0..<count {
      var mutator = Mutator(seed: UInt64(round))
      let bytes = mutator.mutated(seeds[round % seeds.count])
      #expect(throws: Never.self, "mutation \(round)") { try read(bytes, as: surface) }
    }
  }
}
