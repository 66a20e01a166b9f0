#!/bin/sh
# Prints the table at the end of a pipeline from what its stages left, a line a head.
#
#   scripts/summary.sh NAME OUTPUT_FOLDER HEAD…
#
# metrics.json is flat ("test.accuracy": 0.77, …), so that awk can read it.
set -eu
name=$1 out=$2
shift 2

# What the heads cost in processor time stands beside what training the whole encoder does.
costs=
case " $* " in *" finetune "*) costs=1 ;; esac

seconds() { cat "$out/seconds/$1" 2>/dev/null || echo -; }

for head in "$@"; do
  echo "head=$head"
  echo "seconds=$(seconds "train-$head")"
  # Of all cores together; what a machine that does other work too makes no longer.
  sed -n 's/^ *"cpu_seconds": *\([0-9.]*\).*/cpu=\1/p' "$out/$head/run.json"
  tr ',{}' '\n' <"$out/$head/metrics.json" | sed -n 's/^[ \t]*"\([^"]*\)": *\(.*\)$/\1=\2/p'
done | awk -F= -v name="$name" -v tokenize="$(seconds tokenize)" -v encode="$(seconds encode)" \
  -v costs="$costs" '
  function number(key) { return key in value && value[key] ~ /[0-9]/ }
  # The mean and deviation over the seeds; the one figure where nothing is random.
  function figure(metric, mean, spread) {
    if (!number("test." metric)) return "-"
    mean = "test." metric "_mean"
    spread = "test." metric "_sd"
    if (!number(spread)) { fixed = 1; return sprintf("%.4f   –   ", value["test." metric]) }
    varied = 1
    return sprintf("%.4f ± %.4f", value[mean], value[spread])
  }
  # printf counts bytes, and ± and – have more than one.
  function padded(text, width, plain) {
    plain = text
    gsub(/±|–/, "+", plain)
    while (length(plain) < width) { text = text " "; plain = plain " " }
    return text
  }
  function line() {
    if (head == "") return
    rows = value["train.rows"] + value["validation.rows"] + value["test.rows"]
    if (!rows) { print "summary: no rows in metrics.json" > "/dev/stderr"; failed = 1; exit 65 }
    test = value["test.rows"] + 0
    first = number("test.r2") ? "r2" : number("test.subset_accuracy") ? "subset_accuracy" : "accuracy"
    second = number("test.r2") ? "mae" : "f1_macro"
    titles = padded(first, 17) "  " padded(second, 17)
    lines = lines sprintf("%-10s %-13s  ", name, head) padded(figure(first), 17) "  " \
      padded(figure(second), 17) sprintf(" %9s", seconds) \
      (costs ? sprintf(" %9.1f", cpu) : "") "\n"
    split("", value)
  }
  $1 == "head" { line(); head = $2; next }
  $1 == "seconds" { seconds = $2; next }
  $1 == "cpu" { cpu = $2; next }
  { value[$1] = $2 }
  END {
    if (failed) exit 65
    line()
    printf "\n%-10s %-13s  %s %9s%s\n%s\n", "pipeline", "head", titles, "train s", costs ? "     cpu s" : "", lines
    printf "%d labelled rows, %d of them test; tokenize %s s, encode %s s\n", rows, test, tokenize, encode
    if (varied) print "±: mean and standard deviation over the seeds"
    if (fixed) print "–: no spread over seeds, as nothing in this head is random or one seed was asked for"
  }'
