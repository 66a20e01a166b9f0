/// What stands in every page: built into the program, so that it needs no file beside it.
enum PageAssets {
  static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
  static let script = String(decoding: PackageResources.page_js, as: UTF8.self)
  /// What draws the map; only in pages that have one.
  static let map = String(decoding: PackageResources.map_js, as: UTF8.self)
}
