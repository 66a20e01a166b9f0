public import FeatureStore
import Foundation

/// Older features files whose rows may stand in for encoding.
public enum ReusableFiles {
  /// Opens what can be used of the files named, and of the output's own older ones.
  ///
  /// A named file that cannot be used is said so; one of `older` is passed over in silence, for the
  /// output may never have been written, or with other settings. Of one that other kernels made it is
  /// said: nothing that the user set is another.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError` for a named file that is none or is damaged.
  public static func open(
    _ named: [String], older: [String], for wanted: Provenance, _ console: Console
  ) throws -> [FeaturesFile] {
    var files: [FeaturesFile] = []
    for path in older {
      guard let file = try? FeaturesFile(path: path, allowingShard: true),
        otherSettings(file, wanted) == nil
      else {
        continue
      }
      if let kernels = otherKernels(file, wanted) {
        console.notice("all rows of \(path) are encoded again: \(kernels)")
      } else {
        files.append(file)
      }
    }
    for path in named {
      let file = try FeaturesFile(path: path, allowingShard: true)
      if let obstacle = otherSettings(file, wanted) ?? otherKernels(file, wanted) {
        console.warning("nothing of \(path) can be used again: \(obstacle)")
      } else {
        files.append(file)
      }
    }
    return files
  }

  /// Why none of the file's rows is what would be encoded; nil where they are.
  private static func otherSettings(_ file: FeaturesFile, _ wanted: Provenance) -> String? {
    let found = file.provenance
    if !file.hasRowKeys { return "it does not say what tokens its rows were made from" }
    if found.modelSHA256 != wanted.modelSHA256 { return "another model: \(found.model)" }
    if found.firnVersion != wanted.firnVersion { return "another Firn: \(found.firnVersion)" }
    if found.configSHA256 != wanted.configSHA256 { return "other settings: \(found.config)" }
    return nil
  }

  /// Rows of two kinds in one file would have neither's bits.
  private static func otherKernels(_ file: FeaturesFile, _ wanted: Provenance) -> String? {
    let (found, wanted) = (file.provenance.kernels, wanted.kernels)
    return found == wanted
      ? nil
      : "it was made by the kernels \(found ?? "of a Firn that did not name them"), and these are "
        + "\(wanted ?? "none")"
  }
}
