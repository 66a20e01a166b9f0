import Glibc

/// Where a stage writes, held against what it reads.
public enum OutputPath {
  /// Refuses an output that is a file which the stage reads: it would be gone when the output is whole.
  /// And `-`, which is standard output, for what is not written to a stream.
  ///
  /// - Throws: ``StageError/outputIsInput(path:)``, ``StageError/badOption(option:value:expected:)``.
  public static func check(
    _ output: String, apartFrom inputs: [String], isStream: Bool = false
  ) throws(StageError) {
    guard output != "-" else {
      if isStream { return }
      throw .badOption(
        option: "-o", value: output, expected: "a file's name: HDF5 is not written to a stream")
    }
    var (written, read) = (stat(), stat())
    guard stat(output, &written) == 0 else { return }
    for input in inputs where stat(input, &read) == 0 {
      if (written.st_dev, written.st_ino) == (read.st_dev, read.st_ino) {
        throw .outputIsInput(path: output)
      }
    }
  }
}
