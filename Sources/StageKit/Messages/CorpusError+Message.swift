public import Corpora
import Glibc

extension CorpusError: Explained {
  public var complaint: Complaint {
    inputComplaint ?? columnComplaint ?? rowComplaint
  }

  /// The words for what is wrong with an input as a whole.
  private var inputComplaint: Complaint? {
    switch self {
    case .noInputs:
      Complaint(
        .usage, "no input is named", advice: "name a file, a folder or - for standard input")
    case .missing(let path):
      Complaint(.noInput, "\(path) does not exist", advice: "check the path's spelling")
    case .unreadable(let path, let code):
      Complaint(
        .noInput, "\(path) cannot be opened: \(Self.reason(code))",
        advice: "check the permissions with ls -l")
    case .readFailed(let path, let code):
      Complaint(
        .ioError, "reading \(Self.name(path)) failed: \(Self.reason(code))",
        advice: "check the disk or the network mount, then run again")
    case .isFolder(let path, let format):
      Complaint(
        .badData, "\(path) is a folder, and the format \(format.rawValue) is read from files",
        advice: "name the files in it, or leave the format to be found out")
    case .notAFolder(let path):
      Complaint(
        .badData, "\(path) is not a folder, and the format folder wants one",
        advice: "name the folder that holds one sub-folder a class")
    case .noClasses(let path):
      Complaint(
        .badData, "\(path) has no sub-folder with a file in it",
        advice: "put the texts into one sub-folder a class, one file a text")
    case .invalidName(let path):
      Complaint(
        .badData, "a file name in \(path) is not UTF-8",
        advice: "rename the file, for example with convmv")
    case .truncatedGzip(let path):
      Complaint(
        .badData, "the gzip data in \(Self.name(path)) ends too early",
        advice: "fetch or compress the file again; gzip -t checks it")
    case .corruptGzip(let path, let detail):
      Complaint(
        .badData, "\(Self.name(path)) cannot be decompressed: \(detail)",
        advice: "fetch or compress the file again; gzip -t checks it")
    default: nil
    }
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  fileprivate static func name(_ path: String) -> String { path == "-" ? "standard input" : path }
}

extension CorpusError {
  /// The words for what is wrong with the columns.
  fileprivate var columnComplaint: Complaint? {
    switch self {
    case .emptyFile(let path):
      Complaint(
        .badData, "\(Self.name(path)) is empty", advice: "check the step that should have filled it"
      )
    case .noRows(let location):
      Complaint(
        .badData, "no rows follow", at: "\(location)",
        advice: "check the step that should have written the rows")
    case .noSuchColumn(let location, let column, let existing, let nearest):
      Complaint(
        .badData, "there is no column \"\(column)\"; the columns are \(Self.list(existing))",
        at: "\(location)",
        advice: nearest.map {
          "did you mean \"\($0)\"? Give it with the column's option, such as --text-column"
        }
          ?? "give its name with the column's option, such as --text-column")
    case .duplicateColumn(let location, let column):
      Complaint(
        .badData, "two columns are named \"\(column)\"", at: "\(location)",
        advice: "rename one of them")
    case .columnsDisagree(let location, let column, let present, let other):
      Complaint(
        .badData,
        present
          ? "there is a column \"\(column)\" here, but none in \(Self.name(other))"
          : "there is no column \"\(column)\" here, but one in \(Self.name(other))",
        at: "\(location)", advice: "name the columns alike in all inputs")
    case .formatWithoutColumns(let path, let format, let column):
      Complaint(
        .usage,
        "\(Self.name(path)) is read as \(format.rawValue), which has no column \"\(column)\"",
        advice: "leave the column's option out, or give the format with its option")
    case .noLabelDelimiter(let location, let column):
      Complaint(
        .usage, "\"\(column)\" has lists of labels, and nothing says what stands between them",
        at: "\(location)", advice: "give it with --label-delimiter, for example ';'")
    case .noLabelNames:
      Complaint(
        .badData, "no row has a label: all lists are empty",
        advice: "check the label column and the delimiter")
    default: nil
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}

extension CorpusError {
  /// The words for what is wrong with a row.
  fileprivate var rowComplaint: Complaint {
    switch self {
    case .unclosedQuote(let location):
      Complaint(
        .badData, "the quote that opens here is never closed", at: "\(location)",
        advice: "close it; a quote inside a quoted field is written twice")
    case .textAfterQuote(let location):
      Complaint(
        .badData, "text follows a closing quote", at: "\(location)",
        advice: "write a quote inside a quoted field twice")
    case .fieldCount(let location, let expected, let found):
      Complaint(
        .badData, "this row has \(found) fields where the header has \(expected)",
        at: "\(location)", advice: "put fields that hold the delimiter in quotes")
    case .rowTooLong(let location, let limit):
      Complaint(
        .badData, "a row is longer than \(limit) bytes", at: "\(location)",
        advice: "look for an unclosed quote, or cut the text")
    case .invalidUTF8(let location):
      Complaint(
        .badData, "the bytes are not UTF-8", at: "\(location)",
        advice: "convert the file, for example with iconv -f latin1 -t utf-8")
    case .brokenJSON(let location, let detail):
      Complaint(
        .badData, "the line is not valid JSON: \(detail)", at: "\(location)",
        advice: "write one whole JSON object a line")
    case .notAnObject(let location):
      Complaint(
        .badData, "the line is JSON, but not an object", at: "\(location)",
        advice: "write lines like {\"text\": \"…\", \"label\": \"…\"}")
    case .wrongType(let location, let column, let expected, let found):
      Complaint(
        .badData, "\"\(column)\" is \(found) where \(expected) is wanted", at: "\(location)",
        advice: found == "an array" && !expected.contains("array")
          ? "correct the value, or name another column; --label-type multi-label reads lists of labels"
          : "correct the value, or name another column")
    case .notAnIndicator, .missingIndicator, .notANumber, .notAWeight: valueComplaint
    case .unknownSplit(let location, let value):
      Complaint(
        .badData, "\"\(value)\" is no part of a data set", at: "\(location)",
        advice: "write train, validation or test")
    default:
      Complaint(.internal, "an error has no words: \(self)", advice: "please report this")
    }
  }
}

extension CorpusError {
  /// The words for a label or weight that is not what its option wants.
  fileprivate var valueComplaint: Complaint {
    switch self {
    case .notAnIndicator(let location, let column, let value):
      Complaint(
        .badData, "\"\(value)\" in the label column \"\(column)\" is neither 0 nor 1",
        at: "\(location)", advice: "write 0 or 1, or false or true")
    case .missingIndicator(let location, let column):
      Complaint(
        .badData, "the label column \"\(column)\" is empty, and another one is not",
        at: "\(location)",
        advice: "write 0 or 1, or leave all label columns empty where the labels are not known")
    case .notANumber(let location, let column, let value):
      Complaint(
        .badData, "\"\(value)\" in \"\(column)\" is not a number", at: "\(location)",
        advice: "write it like -1.5 or 2e3, with a point and without a unit")
    case .notAWeight(let location, let column, let value):
      Complaint(
        .badData,
        value.isEmpty
          ? "the weight in \"\(column)\" is missing"
          : "\"\(value)\" in \"\(column)\" is no weight: it is negative", at: "\(location)",
        advice: "write a number from 0 up for every row; 0 leaves a row out of training")
    default:
      Complaint(.internal, "an error has no words: \(self)", advice: "please report this")
    }
  }
}
