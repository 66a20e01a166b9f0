#!/bin/sh
# Prints the table at the end of a pipeline from what its stages left.
#
#   scripts/summary.sh NAME OUTPUT_FOLDER HEAD
#
# metrics.json is flat ("test.accuracy": 0.77, …), so that awk can read it.
set -eu
name=$1 out=$2 head=$3

seconds() { cat "$out/seconds/$1" 2>/dev/null || echo -; }

tr ',{}' '\n' <"$out/$head/metrics.json" | awk -F: \
  -v name="$name" -v head="$head" -v tokenize="$(seconds tokenize)" \
  -v encode="$(seconds encode)" -v train="$(seconds "train-$head")" '
  { key = $1; gsub(/[ \t"]/, "", key); value[key] = $2 }
  key ~ /^(train|validation|test)\.rows$/ { rows += $2 }
  function figure(key) { return key in value && value[key] ~ /[0-9]/ ? sprintf("%.4f", value[key]) : "-" }
  END {
    if (!rows) { print "summary: no rows in metrics.json" > "/dev/stderr"; exit 65 }
    format = "%-10s %-10s %9s %9s %9s %9s %11s %9s %9s\n"
    printf "\n" format, "pipeline", "head", "rows", "test rows", "accuracy", "macro F1", \
      "tokenize s", "encode s", "train s"
    printf format, name, head, rows, value["test.rows"] + 0, figure("test.accuracy"), \
      figure("test.f1_macro"), tokenize, encode, train
  }'
