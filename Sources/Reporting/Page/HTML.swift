import Foundation

/// Text as it may stand in a page, whatever is in it.
enum HTML {
  /// Between elements.
  static func text(_ text: String) -> String {
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      // Not allowed in a page, whatever a text holds.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": safe += "\u{FFFD}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// Within double quotes.
  static func attribute(_ value: String) -> String {
    text(value).replacingOccurrences(of: "\"", with: "&quot;")
  }

  /// A JSON string that may stand in a script element: nothing in it can end the element.
  static func json(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": literal += "\\\(scalar)"
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..<"\u{20}":
        literal += String(format: "\\u%04x", scalar.value)
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }

  /// Words of our own, marked up: a number stays with its sign.
  static func prose(_ markup: String) -> String {
    markup.replacingOccurrences(of: " %", with: "\u{A0}%")
  }

  /// A table; the first column names the rows.
  ///
  /// `cells`: markup, not text.
  static func table(
    caption: String, titles: [String], rows: [[String]], style: String = ""
  ) -> String {
    let head = titles.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { cells in
      "<tr><th scope=\"row\">\(cells[0])</th>"
        + cells.dropFirst().map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }.joined()
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(attribute(caption))">
      <table class="\(style)"><caption>\(text(caption))</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>\(body)</tbody></table></div>

      """
  }

  /// A drawing with what is to be seen in it.
  static func figure(_ drawing: String, caption: String, style: String = "") -> String {
    "<figure class=\"\(style)\">\(drawing)<figcaption>\(prose(caption))</figcaption></figure>\n"
  }

  /// A part of the page.
  static func section(_ id: String, _ title: String, lead: String = "", _ body: String) -> String {
    guard !body.isEmpty else { return "" }
    let lead = lead.isEmpty ? "" : "<p class=\"lead\">\(prose(lead))</p>\n"
    return "<section id=\"\(id)\" aria-labelledby=\"\(id)-title\">\n<h2 id=\"\(id)-title\">"
      + "\(text(title))</h2>\n\(lead)\(body)</section>\n"
  }
}
