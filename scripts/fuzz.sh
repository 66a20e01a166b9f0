#!/bin/sh
# Reads changed files in every format, guided by coverage, with AddressSanitizer: libFuzzer.
#
#   scripts/fuzz.sh SECONDS [FORMAT…]    so long for each format; without any, all of them
#
# Needs nothing but the Swift toolchain, which brings libFuzzer. What is found is kept under
# outputs/fuzz/found; a file from there belongs, once mended, under Tests/HostileInputTests/Fixtures/Found.
set -eu
cd "$(dirname "$0")/.."

seconds=$1
shift
build=.build/fuzz
# Coverage and AddressSanitizer in all modules; libFuzzer's own main is not taken, as Fuzz has one.
# lld, as gold cannot link what both of them export.
FIRN_FUZZ=1 ${SWIFT:-swift} build -c release --scratch-path $build --product Fuzz \
  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address -Xswiftc -use-ld=lld \
  -Xswiftc -gline-tables-only
fuzz=$build/release/Fuzz
found=outputs/fuzz/found
mkdir -p $found

status=0
for format in ${*:-$($fuzz)}; do
  corpus=outputs/fuzz/corpus/$format
  $fuzz seeds "$format" "$corpus"
  before=$(ls $found | wc -l)
  # A text of any size is refused in bounded time and memory: what takes more is a finding.
  ASAN_OPTIONS=${ASAN_OPTIONS:-symbolize=0:detect_leaks=0:allocator_may_return_null=1} \
    $fuzz "$format" "$corpus" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1500 \
    -max_len=131072 -artifact_prefix="$found/$format-" -print_final_stats=1 \
    -verbosity=0 >"outputs/fuzz/$format.log" 2>&1 || status=1
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "outputs/fuzz/$format.log")
  printf '%-14s %10s files read, %d found\n' "$format" "${runs:-?}" \
    $(($(ls $found | wc -l) - before))
done
exit $status
