#!/bin/sh
# Builds all with AddressSanitizer, then with ThreadSanitizer, and runs the tests under each; stages
# that tests start are built the same way. Both come with the Swift toolchain.
#
#   scripts/sanitize.sh [address|thread] [arguments of swift test, such as --filter HDF5Tests]
set -eu
cd "$(dirname "$0")/.."

case ${1:-both} in
  address | thread) kinds=$1 && shift ;;
  *) kinds="address thread" ;;
esac

status=0
for kind in $kinds; do
  # lld, as gold cannot link what the sanitizers export. The scratch path is its own: objects differ.
  flags="-c release --sanitize=$kind --scratch-path .build/$kind -Xswiftc -use-ld=lld"
  ${SWIFT:-swift} build $flags --build-tests
  # Leaks are not looked for: what lives as long as the process is not freed at its end. A claim of
  # petabytes is to come back as null, as it does without a sanitizer.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=1 \
    TSAN_OPTIONS="suppressions=$PWD/scripts/thread.supp:halt_on_error=1:abort_on_error=1" \
    ${SWIFT:-swift} test $flags --skip-build "$@" || status=1
done
exit $status
