/// The sum in NumPy's order of additions, so that averages have NumPy's last bit.
///
/// A report rounds to two digits: at a tie the last bit decides which character is printed. Source:
/// `pairwise_sum` in numpy/_core/src/umath/loops_utils.h.src.
func pairwiseSum(_ values: [Double]) -> Double { pairwiseSum(values[...]) }

private func pairwiseSum(_ values: ArraySlice<Double>) -> Double {
  let count = values.count
  if count < 8 { return values.reduce(-0.0, +) }
  if count > 128 {
    let half = count / 2 / 8 * 8
    return pairwiseSum(values.prefix(half)) + pairwiseSum(values.dropFirst(half))
  }
  var lanes = Array(values.prefix(8))
  let first = values.startIndex
  let whole = count / 8 * 8
  for block in stride(from: 8, to: whole, by: 8) {
    for lane in 0..<8 { lanes[lane] += values[first + block + lane] }
  }
  let sum =
    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
    + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
  return values.dropFirst(whole).reduce(sum, +)
}
