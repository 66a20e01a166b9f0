import Contracts

extension ReportPage {
  /// The points and what draws them.
  var map: String {
    guard let map = comparison.map, !map.ids.isEmpty else { return "" }
    let contenders = comparison.contenders
    var colours = ""
    if comparison.kind == .singleLabel {
      colours += "<option value=\"class\">class</option>"
    }
    colours += "<option value=\"split\">split</option>"
    for (index, predictions) in map.predictions.enumerated() where !predictions.isEmpty {
      colours +=
        "<option value=\"error\(index)\">errors of \(HTML.text(contenders[index].name))</option>"
    }
    let projections = map.projections.enumerated().map {
      "<option value=\"\($0.offset)\">\(HTML.text($0.element.name))</option>"
    }.joined()
    let sample =
      map.ids.count < map.rows
      ? " A sample of \(Figures.count(map.ids.count)) of \(Figures.count(map.rows)) rows." : ""
    return HTML.section(
      "map", "The map",
      lead:
        "The features of \(HTML.text(map.view)) in two dimensions: texts that the frozen encoder finds "
        + "alike lie side by side. Far distances mean little in t-SNE; PCA keeps them and hides the rest. "
        + "Point at a text, or move through them with the arrow keys.\(sample)",
      """
      <div class="controls">
      <label>Colour by <select id="map-colour">\(colours)</select></label>
      <label>Drawn by <select id="map-projection">\(projections)</select></label>
      <label\(map.texts.isEmpty ? " hidden" : "")>Words in the text \
      <input type="search" id="map-filter" autocomplete="off" spellcheck="false"></label>
      <div class="zoom" role="group" aria-label="Zoom"><button type="button" id="map-in" aria-label="Nearer">+</button>\
      <button type="button" id="map-out" aria-label="Further">−</button>\
      <button type="button" id="map-all">All</button></div>
      </div>
      <div class="stage" id="map-stage"><canvas id="map-canvas" tabindex="0" role="img" \
      aria-label="\(HTML.attribute(label(map)))" aria-describedby="map-count"></canvas>
      <div class="tip" id="map-tip" hidden></div></div>
      <ul class="keys" id="map-keys" aria-label="What the marks mean; press one to hide its points"></ul>
      <p class="count" id="map-count" aria-live="polite"></p>
      <p class="skip" id="map-said" aria-live="polite"></p>
      <noscript><p>The map is drawn by a script of this page, and scripts are off.</p></noscript>
      <script type="application/json" id="map-data">\(data(map))</script>

      """)
  }

  private func label(_ map: FeatureMap) -> String {
    "A map of \(Figures.count(map.ids.count)) texts by their features in \(map.view)"
  }

  /// The points as JSON: coordinates in ten-thousandths of the map's side.
  private func data(_ map: FeatureMap) -> String {
    func list(_ values: some Sequence<Int>) -> String {
      "[" + values.map(String.init).joined(separator: ",") + "]"
    }
    func strings(_ values: [String]) -> String {
      "[" + values.map(HTML.json).joined(separator: ",") + "]"
    }
    let projections = map.projections.map { projection -> String in
      let all = projection.x + projection.y
      let finite = all.filter(\.isFinite)
      let width = (projection.x.max() ?? 1) - (projection.x.min() ?? 0)
      let height = (projection.y.max() ?? 1) - (projection.y.min() ?? 0)
      let side = finite.isEmpty ? 1 : max(width, height, 1e-12)
      func scaled(_ values: [Double], _ extent: Double) -> [Int] {
        let low = values.min() ?? 0
        return values.map { value in
          let place = (value - low + (side - extent) / 2) / side
          return place.isFinite ? Int((place * 10_000).rounded()) : 0
        }
      }
      return "{\"name\":\(HTML.json(projection.name)),\"x\":\(list(scaled(projection.x, width))),"
        + "\"y\":\(list(scaled(projection.y, height)))}"
    }
    let splits = String(decoding: map.splits.map { UInt8(ascii: "0") + $0 }, as: UTF8.self)
    return "{\"projections\":[\(projections.joined(separator: ","))],"
      + "\"names\":\(strings(comparison.classNames)),"
      + "\"contenders\":\(strings(comparison.contenders.map(\.name))),"
      + "\"ids\":\(strings(map.ids)),\"texts\":\(strings(map.texts)),\"classes\":\(list(map.classes)),"
      + "\"words\":\(strings(map.words)),\"isCut\":\(map.isCut),"
      + "\"splits\":\"\(splits)\","
      + "\"predictions\":[\(map.predictions.map { list($0) }.joined(separator: ","))]}"
  }
}
