#!/usr/bin/env bash
# Runs test projects, one after another because they share the cores and the loopback: run.sh CONFIGURATION [PROJECT…].
# Without projects, runs all but the slow ones. Then runs the load tests once, briefly, so that they keep working. Prints the
# totals, and adds them to the file IMDS_PROXY_TOTALS. The tests start the published program if this machine can build it.
set -uo pipefail
configuration=${1:-Release}
shift || true
cd "$(dirname "$0")/.." || exit 1

output=$(mktemp)
trap 'rm -f "$output" "$output.part"' EXIT
status=0
projects=("$@")
if [ ${#projects[@]} -eq 0 ]; then
  mapfile -t projects < <(grep -l '<IsTestProject>true' tests/*/*.csproj | xargs grep -L '<IsSlowTestProject>true')
  if [ "$(uname -m)" = x86_64 ] && command -v clang >/dev/null && command -v ld.lld >/dev/null && command -v objcopy >/dev/null; then
    make --no-print-directory publish || exit 1
    export IMDS_PROXY_PROGRAM=$PWD/artifacts/publish/imds-proxy
  else
    echo "publishing needs an x86-64 machine with clang, lld and objcopy: the tests start the built proxy instead"
  fi
fi

# A test that hangs ends its project with the test's name, long before whatever runs this loses patience.
hang=(--blame-hang-timeout 6m --blame-hang-dump-type none --results-directory artifacts/tests)
run() {
  dotnet test "$1" -c "$configuration" --no-build --nologo "${hang[@]}" --logger 'console;verbosity=minimal' "${@:2}"
}

# Up to two failed tests with real processes and networks are repeated once, by themselves, and the output says so: a busy machine
# fails one of these thousand now and then. Its failure stays in the output, because it may be a race that is worth a look. Tests of
# the other projects, random ones among them, depend on nothing outside and are never repeated.
repeat() {
  local names filter
  case $1 in *FunctionalTests* | *Network.Tests*) ;; *) return 1 ;; esac
  mapfile -t names < <(sed -nE 's/^  Failed ([A-Za-z0-9_.]+).*/\1/p' "$part" | sort -u)
  if [ ${#names[@]} -eq 0 ] || [ ${#names[@]} -gt 2 ]; then return 1; fi
  filter=$(printf '|FullyQualifiedName=%s' "${names[@]}")
  echo "repeating: ${names[*]}"
  run "$1" --filter "${filter:1}" || return 1
  repeated+=("${names[@]}")
  sed -i -E 's/^Failed!  - Failed: +([0-9]+), /Repeated - Passed: \1, Failed: 0, /' "$part"
}

repeated=()
part=$output.part
for project in "${projects[@]}"; do
  run "$project" | tee "$part"
  if [ "${PIPESTATUS[0]}" -ne 0 ]; then
    repeat "$project" || status=1
  fi
  cat "$part" >>"$output"
done

if [ $# -eq 0 ]; then
  dotnet "loadtests/bin/$configuration/net10.0/ImdsProxy.LoadTests.dll" smoke || status=1
fi

# Repeats the failures at the end of the output, where people look for them.
awk '/^  Failed / { shown = 30 } /^(Passed!|Failed!|Skipped!|Repeated)/ { shown = 0 } shown-- > 0' "$output"

# A run in which nothing passed has failed, unless it was asked for single projects, which may be skipped here.
totals=$(awk -v named=$# '/Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+/ {
       gsub(",", ""); for (i = 1; i < NF; i++) { if ($i == "Failed:") f += $(i+1); if ($i == "Passed:") p += $(i+1); if ($i == "Skipped:") s += $(i+1) } }
     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (p + (named ? s : 0) == 0) }' "$output") || status=1
for name in "${repeated[@]}"; do echo "failed at first, and passed when repeated: $name"; done
echo "$totals" | tee -a "${IMDS_PROXY_TOTALS:-/dev/null}"
exit $status
