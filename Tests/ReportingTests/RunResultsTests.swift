import AtomicFiles
import Contracts
import Foundation
import Heads
import StageKit
import Testing

/// The files of a run folder for label sets and for numbers; classes are in StagesTests.
@Suite struct RunResultsTests {
  private func files(_ results: RunResults) throws -> [String: String] {
    let path = FileManager.default.temporaryDirectory.appending(path: "firn-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: path) }
    let folder = try AtomicFolder(path: path.path, marker: "metrics.json")
    try results.write(to: folder)
    try folder.commit()
    var files: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path.path) {
      files[name] = try String(contentsOf: path.appending(path: name), encoding: .utf8)
    }
    return files
  }

  private let splits: [Split] = [.train, .test, .test, .test]

  @Test func labelSets() throws {
    let results = RunResults(
      ids: ["a", "b", "c", "d"], splits: splits,
      labels: .sets(
        LabelSets(rows: 4, labelCount: 2, values: [1, 1, 0, 1, 0, 0, 255, 255])),
      classNames: ["in, sult", "toxic"],
      predictions: .sets(
        ClassProbabilities(
          rows: 4, classCount: 2, values: [0.75, 0.5, 0.625, 0.875, 0.25, 0.125, 1, 0.75])))
    let files = try files(results)
    #expect(
      files.keys.sorted() == [
        "class_metrics.csv", "classification_report.txt", "confusion_matrix.csv", "metrics.json",
        "predictions.csv",
      ])
    #expect(
      files["predictions.csv"] == """
        id,split,label,predicted,"probability_in, sult",probability_toxic
        a,train,"in, sult;toxic","in, sult",0.75,0.5
        b,test,toxic,"in, sult;toxic",0.625,0.875
        c,test,;,,0.25,0.125
        d,test,,"in, sult;toxic",1.0,0.75

        """)
    #expect(
      files["confusion_matrix.csv"] == """
        label,true_negatives,false_positives,false_negatives,true_positives
        "in, sult",1,1,0,0
        toxic,1,0,0,1

        """)
    #expect(
      files["class_metrics.csv"] == """
        class,support,precision,recall,f1,roc_auc,average_precision
        "in, sult",0,0.0,0.0,0.0,,0.0
        toxic,1,1.0,1.0,1.0,1.0,1.0

        """)
    let metrics = try #require(files["metrics.json"])
    #expect(metrics.contains("\"test.rows\": 2") && metrics.contains("\"train.rows\": 1"))
    #expect(metrics.contains("\"test.roc_auc_macro\": null"))
    #expect(metrics.contains("\"test.subset_accuracy\": 0.5"))
    #expect(files["classification_report.txt"]?.contains(" samples avg") == true)
  }

  @Test func numbers() throws {
    let results = RunResults(
      ids: ["a", "b", "c", "d"], splits: splits, labels: .numbers([1, .nan, 2, 4]),
      classNames: [], predictions: .numbers([1.5, 0, 2, 3]))
    let files = try files(results)
    #expect(files.keys.sorted() == ["metrics.json", "predictions.csv", "regression_report.txt"])
    #expect(
      files["predictions.csv"] == """
        id,split,label,predicted
        a,train,1.0,1.5
        b,test,,0.0
        c,test,2.0,2.0
        d,test,4.0,3.0

        """)
    #expect(
      files["metrics.json"] == """
        {
          "test.mae": 0.5,
          "test.pearson": 0.9999999999999998,
          "test.r2": 0.5,
          "test.rmse": 0.7071067811865476,
          "test.rows": 2,
          "test.spearman": 0.9999999999999998,
          "train.mae": 0.5,
          "train.pearson": null,
          "train.r2": null,
          "train.rmse": 0.5,
          "train.rows": 1,
          "train.spearman": null
        }

        """)
    #expect(results.reportedSplit == .test && results.report == files["regression_report.txt"])
  }
}
