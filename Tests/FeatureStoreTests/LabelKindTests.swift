import Contracts
import FeatureStore
import Foundation
import HDF5
import StageKit
import TestSupport
import Testing

/// Label sets, numbers and weights on their way through both files.
struct LabelKindTests {
  private let scratch: Scratch
  private let rows = 3001

  init() throws { scratch = try Scratch() }

  /// Row `i` has the labels that are bits of `i`; every tenth row's are not known.
  private var sets: LabelSets {
    var values: [UInt8] = []
    for row in 0..<rows {
      for label in 0..<3 {
        values.append(row % 10 == 9 ? LabelSets.unknown : UInt8(row >> label & 1))
      }
    }
    return LabelSets(rows: rows, labelCount: 3, values: values)
  }

  private var numbers: [Double] {
    (0..<rows).map { row -> Double in row % 10 == 9 ? Double.nan : Double(row) / 7 - 100 }
  }

  private var weights: [Double] { (0..<rows).map { Double($0 % 5) / 3 } }

  private func write(_ labels: Labels, weights: [Double]? = nil) throws -> FeaturesFile {
    try Samples.writeTokens(
      scratch.path("tokens.h5"), rows: rows, labels: labels, weights: weights)
    try Samples.writeFeatures(scratch.path("features.h5"), tokens: scratch.path("tokens.h5"))
    return try FeaturesFile(path: scratch.path("features.h5"))
  }

  private func version(_ name: String) throws -> Int? {
    try HDF5File(reading: scratch.path(name)).integerAttribute("format_version")
  }

  @Test func setsRoundTrip() throws {
    let file = try write(.sets(sets))
    #expect(file.columns.labelKind == .multiLabel)
    #expect(try file.columns.labelSets(0..<rows) == sets)
    #expect(try file.columns.labelSets(1500..<1510) == sets.rows(at: 1500..<1510))
    #expect(try file.columns.labels(0..<rows) == [Int32](repeating: -1, count: rows))
    #expect(try version("tokens.h5") == 2)
    #expect(try version("features.h5") == 2)
    guard case .sets(let read) = try file.columns.rowLabels(0..<20) else {
      Issue.record("the rows are of another kind")
      return
    }
    #expect(read.labels(ofRow: 5) == [0, 2] && read.labels(ofRow: 9) == [])
    #expect(read.isLabelled(8) && !read.isLabelled(9) && !read[9, 0])
  }

  @Test func numbersRoundTrip() throws {
    let file = try write(.numbers(numbers))
    #expect(file.columns.labelKind == .number)
    let read = try file.columns.targets(0..<rows)
    #expect(read.map(\.bitPattern) == numbers.map(\.bitPattern))
    #expect(try file.columns.targets(700..<705) == Array(numbers[700..<705]))
    #expect(try file.columns.rowLabels(0..<rows).rows(at: [9, 8]).isLabelled(1))
    #expect(try !file.columns.rowLabels(0..<rows).rows(at: [9, 8]).isLabelled(0))
    #expect(try version("features.h5") == 2)
  }

  @Test func weightsRoundTrip() throws {
    let labels = Labels.classes(Samples.labels(0..<rows))
    let file = try write(labels, weights: weights)
    #expect(file.columns.labelKind == .singleLabel && file.columns.hasWeights)
    #expect(try file.columns.weights(0..<rows) == weights)
    #expect(try file.columns.labels(0..<rows) == Samples.labels(0..<rows))
    #expect(try version("tokens.h5") == 2)
    #expect(try version("features.h5") == 2)
  }

  /// Files of rows with classes and without weights stay what version 1 reads.
  @Test func classesAreOfVersionOne() throws {
    let file = try write(.classes(Samples.labels(0..<rows)))
    #expect(try !file.columns.hasWeights && file.columns.weights(3..<5) == [1, 1])
    for name in ["tokens.h5", "features.h5"] {
      #expect(try version(name) == 1)
      let written = try HDF5File(reading: scratch.path(name))
      for column in ["label_matrix", "targets", "weights"] {
        #expect(try !written.contains(column))
      }
    }
  }

  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: "h5"))
  }

  /// Written by h5py: see Tests/Oracles/write_h5_fixtures.py.
  @Test func othersFiles() throws {
    let sets = try FeaturesFile(path: fixture("label-sets"))
    #expect(
      try sets.columns.labelSets(0..<3)
        == LabelSets(rows: 3, labelCount: 2, values: [0, 1, 0, 0, 255, 255]))
    #expect(try sets.columns.weights(0..<3) == [1, 0, 2.5])
    let numbers = try FeaturesFile(path: fixture("numbers"))
    let targets = try numbers.columns.targets(0..<3)
    #expect(targets[0] == -0.5 && targets[1].isNaN && targets[2] == 1e300)
  }

  @Test(
    arguments: [
      ([0, 1, 0, 2, 0, 0, 0, 0, 0], "element 1 is 2, outside 0 to 1"),
      ([0, 1, 0, 0, 0, 0, 0, 0, 255], "element 2 is 255, outside 0 to 1"),
      ([255, 255, 0, 0, 0, 0, 0, 0, 0], "element 0 is 0, outside 255 to 255"),
    ] as [([UInt8], String)])
  func senselessSets(values: [UInt8], what: String) throws {
    let path = scratch.path("tokens.h5")
    try Samples.writeTokens(
      path, rows: 3, labels: .sets(LabelSets(rows: 3, labelCount: 3, values: values)))
    #expect(try told { _ = try TokensFile(path: path).columns.labelSets(0..<3) } == what)
  }

  @Test func senselessNumbers() throws {
    let path = scratch.path("tokens.h5")
    try Samples.writeTokens(
      path, rows: 3, labels: .numbers([0, .nan, -.infinity]), weights: [1, -0.5, 2])
    let columns = try TokensFile(path: path).columns
    #expect(
      try told { _ = try columns.targets(0..<3) }
        == "element 2 is -inf; targets are finite (NaN for none), weights finite and not negative")
    #expect(try told { _ = try columns.weights(1..<3) }?.hasPrefix("element 1 is -0.5;") == true)
  }

  private func told(_ body: () throws -> Void) throws -> String? {
    do { try body() } catch { return (error as? any Explained)?.complaint.what }
    return nil
  }
}
