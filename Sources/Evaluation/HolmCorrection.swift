/// Holm's step-down correction for several tests at once (Holm 1979, https://www.jstor.org/stable/4615733).
///
/// Rejecting where the corrected value is at most 5 % keeps the chance of even one false rejection
/// among all tests at 5 %, whatever their dependence. Statsmodels' `multipletests(method="holm")`.
///
/// - Parameter pValues: in 0...1.
/// - Returns: the corrected values, in the order given.
public func holmCorrected(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
  var corrected = pValues
  var largest = 0.0
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
    corrected[index] = largest
  }
  return corrected
}
