extension ReportPage {
  var map: String { "" }
}
