#!/bin/sh
# Builds the tests with AddressSanitizer, then with ThreadSanitizer, and runs under each those of the suites where C,
# unsafe pointers and threads are. Both come with the Swift toolchain.
#
#   scripts/sanitize.sh [address|thread] [all | arguments of swift test, such as --filter HDF5Tests]
#
# With `all` every suite is run, and the stages that tests start are built the same way: twice as long.
set -eu
cd "$(dirname "$0")/.."

suites='Kernels|HDF5|FeatureStore|Tokenizers|Safetensors|FineTuning|Heads|AtomicFiles|HostileInput|Projections|Neighbours'

case ${1:-both} in
  address | thread) kinds=$1 && shift ;;
  *) kinds="address thread" ;;
esac
what="--product firnPackageTests"
case ${1:-} in
  "") set -- --filter "^($suites)Tests" ;;
  all) what=--build-tests && shift ;;
esac

status=0
for kind in $kinds; do
  # lld, as gold cannot link what the sanitizers export. The scratch path is its own: objects differ. Lines are
  # all that a report needs of debugging information.
  flags="-c release --sanitize=$kind --scratch-path .build/$kind -Xswiftc -use-ld=lld -Xswiftc -gline-tables-only"
  ${SWIFT:-swift} build $flags $what
  preload=
  if [ $kind = thread ]; then
    preload=$PWD/.build/thread/mutex.so
    "$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/clang" -O1 -shared -fPIC scripts/thread_mutex.c \
      -o "$preload"
  fi
  # Leaks are not looked for: what lives as long as the process is not freed at its end. A claim of
  # petabytes is to come back as null, as it does without a sanitizer.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=1 \
    TSAN_OPTIONS="suppressions=$PWD/scripts/thread.supp:halt_on_error=1:abort_on_error=1" \
    LD_PRELOAD=$preload ${SWIFT:-swift} test $flags --skip-build "$@" || status=1
done
exit $status
