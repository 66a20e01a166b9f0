/// A view's rows in two dimensions, for the page.
public struct FeatureMap: Sendable {
  public var view: String
  /// The ways of drawing it, with coordinates [points] each.
  public var projections: [(name: String, x: [Double], y: [Double])]
  public var ids: [String]
  /// The beginning of each text; empty where texts are not at hand.
  public var texts: [String]
  /// The words of each text behind its beginning, each once, to be looked for; empty where there are none, or
  /// where they would be too many for the page.
  public var words: [String] = []
  /// Whether words behind the beginnings are left out.
  public var isCut = false
  /// The index of each point's class, -1 where it has none.
  public var classes: [Int]
  /// 0 train, 1 validation, 2 test.
  public var splits: [UInt8]
  /// What each contender predicts, by contender; -1 where it says nothing of one class.
  public var predictions: [[Int]]
  /// All rows; more than the points where these are a sample.
  public var rows: Int

  public init(
    view: String, projections: [(name: String, x: [Double], y: [Double])], ids: [String],
    texts: [String], classes: [Int], splits: [UInt8], predictions: [[Int]], rows: Int
  ) {
    self.view = view
    self.projections = projections
    self.ids = ids
    self.texts = texts
    self.classes = classes
    self.splits = splits
    self.predictions = predictions
    self.rows = rows
  }
}
