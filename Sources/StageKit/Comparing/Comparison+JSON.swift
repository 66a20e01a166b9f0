import Contracts
import Evaluation
import Foundation
public import Reporting

/// comparison.json: everything that the tables say, every number with all its digits.
extension Comparison {
  public var json: [String: JSONValue] {
    let verdict = Verdict(self)
    return [
      "format": "firn.comparison", "format_version": 1, "firn_version": .string(Firn.version),
      "title": .string(title), "split": .string(split), "label_kind": .string(kind.rawValue),
      "classes": .strings(classNames), "criterion": .string(criterion), "rows": .integer(rows),
      "resamples": .integer(resamples),
      "verdict": .object([
        "headline": .string(verdict.headline), "sentence": .string(verdict.sentence),
        "remark": .string(verdict.remark),
      ]),
      "contenders": .array(contenders.map { .object(json($0)) }),
      "pairs": .array(pairs.map { .object(json($0)) }),
      "near_duplicates": dataset.duplicates.map { duplicates in
        .object([
          "view": .string(duplicates.view), "threshold": .real(duplicates.threshold),
          "rows": .integer(duplicates.count),
        ])
      } ?? .null,
      "truncated": dataset.lengths.map { .integer($0.truncated) } ?? .null,
    ]
  }

  private func json(_ contender: Contender) -> [String: JSONValue] {
    let cost = contender.cost
    return [
      "name": .string(contender.name), "role": .string(contender.role.rawValue),
      "summary": .string(contender.summary),
      "metrics": .object(contender.metrics.mapValues { .real($0) }),
      "scores": .object(
        Dictionary(uniqueKeysWithValues: contender.scores.map { ($0.name, .object(json($0))) })),
      "validation": real(contender.validation),
      "seed_values": .array(contender.seedValues.map { .real($0) }),
      "without_near_duplicates": real(contender.withoutDuplicates),
      "f1_by_class": .array(contender.classF1.map { .real($0) }),
      "calibration": .array(
        (contender.calibration?.points ?? []).map {
          .object([
            "predicted": .real($0.predicted), "observed": .real($0.observed),
            "rows": .integer($0.rows),
          ])
        }),
      "cost": .object([
        "training_seconds": real(cost.trainingSeconds),
        "training_cpu_seconds": real(cost.trainingCPUSeconds),
        "encoding_seconds": real(cost.encodingSeconds),
        "encoding_cpu_seconds": real(cost.encodingCPUSeconds),
        "total_cpu_seconds": real(cost.totalCPUSeconds),
        "peak_memory_bytes": cost.peakMemory.map { .integer($0) } ?? .null,
        "parameters_trained": cost.parameters.map { .integer($0) } ?? .null,
        "predictions_per_second": real(cost.predictionsPerSecond),
        "threads": cost.threads.map { .integer($0) } ?? .null,
      ]),
    ]
  }

  private func json(_ score: ContenderScore) -> [String: JSONValue] {
    [
      "value": .real(score.value), "low": real(score.interval?.lower),
      "high": real(score.interval?.upper), "mean": real(score.mean), "sd": real(score.deviation),
      "seeds": .integer(score.seeds),
    ]
  }

  private func json(_ pair: ComparedPair) -> [String: JSONValue] {
    [
      "first": .string(contenders[pair.first].name),
      "second": .string(contenders[pair.second].name), "difference": .real(pair.difference),
      "low": real(pair.interval?.lower), "high": real(pair.interval?.upper),
      "only_first_right": pair.mcNemar.map { .integer($0.firstOnly) } ?? .null,
      "only_second_right": pair.mcNemar.map { .integer($0.secondOnly) } ?? .null,
      "p_value": .real(pair.pValue), "p_value_holm": .real(pair.corrected),
      "seeds_agree": .bool(pair.seedsAgree), "supported": .bool(pair.isSupported),
    ]
  }

  private func real(_ value: Double?) -> JSONValue { value.map { .real($0) } ?? .null }
}
