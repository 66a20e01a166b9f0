/// A permutation test of paired differences: is their mean 0?
///
/// Where two predictors are equally good, each row's difference is as likely with the other sign. The
/// p-value is the share of random signs under which the mean is as far from 0, the observed one among
/// them (Phipson & Smyth 2010, https://doi.org/10.2202/1544-6115.1585); SciPy's
/// `permutation_test(permutation_type="samples")`.
public struct SignFlipTest: Sendable {
  private let differences: [Double]
  /// |sum of the differences|, less what two orders of addition may differ by.
  private let bound: Double

  public init(_ differences: [Double]) {
    self.differences = differences
    // SciPy too counts what is equal up to a rounding.
    bound = abs(pairwiseSum(differences)) * (1 - 1e-13)
  }

  /// How many of some flips are as far from 0 as what was observed.
  ///
  /// `fill`: puts random words into a buffer, those of the flip with that number; a word's lowest bit
  /// is the first row's sign, and each word serves 32 rows.
  public func extremes(
    _ flips: Range<Int>, fill: (_ flip: Int, UnsafeMutableBufferPointer<UInt32>) -> Void
  ) -> Int {
    var words = [UInt32](repeating: 0, count: (differences.count + 31) / 32)
    var count = 0
    for flip in flips {
      words.withUnsafeMutableBufferPointer { fill(flip, $0) }
      var sum = 0.0
      for (row, difference) in differences.enumerated() {
        sum += words[row / 32] >> UInt32(row % 32) & 1 == 0 ? difference : -difference
      }
      if abs(sum) >= bound { count += 1 }
    }
    return count
  }

  /// The two-sided p-value of that many extremes among `flips`.
  public static func pValue(extremes: Int, flips: Int) -> Double {
    Double(extremes + 1) / Double(flips + 1)
  }
}
