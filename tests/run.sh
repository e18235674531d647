#!/usr/bin/env bash
# Runs test projects: run.sh CONFIGURATION [PROJECT…]. Without projects, runs all but the slow ones, in two lanes side by side, and
# the load tests once, briefly, so that they keep working. Prints the output of each project when it has ended, then all failures
# and the totals, and adds the totals to the file IMDS_PROXY_TOTALS. The tests start the published program if this machine can
# build it.
set -uo pipefail
configuration=${1:-Release}
shift || true
cd "$(dirname "$0")/.." || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/output" "$work/repeated"
status=0
first=("$@")
second=()
if [ $# -eq 0 ]; then
  mapfile -t all < <(grep -l '<IsTestProject>true' tests/*/*.csproj | xargs grep -L '<IsSlowTestProject>true')
  # The tests of networks have namespaces of their own and wait most of their time, so the others use the processors meanwhile. They and
  # the chart's tests take about as long as the rest.
  for project in "${all[@]}"; do
    case $project in
      *Network.Tests.csproj) second=("$project" "${second[@]}") ;;
      *Chart.Tests.csproj) second+=("$project") ;;
      *) first+=("$project") ;;
    esac
  done

  if [ "$(uname -m)" = x86_64 ] && command -v clang >/dev/null && command -v ld.lld >/dev/null && command -v objcopy >/dev/null; then
    make --no-print-directory publish || exit 1
    export IMDS_PROXY_PROGRAM=$PWD/artifacts/publish/imds-proxy
  else
    echo "publishing needs an x86-64 machine with clang, lld and objcopy: the tests start the built proxy instead"
  fi
fi

# A test that hangs ends its project with the test's name, long before whatever runs this loses patience.
run() {
  dotnet test "$1" -c "$configuration" --no-build --nologo --blame-hang-timeout 6m --blame-hang-dump-type none \
    --results-directory "artifacts/tests/$(basename "$1" .csproj)" --logger 'console;verbosity=minimal' "${@:2}" 2>&1
}

# Up to two failed tests with real processes and networks are repeated once, by themselves, and the output says so: a busy machine
# fails one of these thousand now and then. Its failure stays in the output, because it may be a race that is worth a look. Tests of
# the other projects, random ones among them, depend on nothing outside and are never repeated.
repeat() {
  local names filter
  case $1 in *FunctionalTests* | *Network.Tests*) ;; *) return 1 ;; esac
  mapfile -t names < <(sed -nE 's/^  Failed ([A-Za-z0-9_.]+).*/\1/p' "$2" | sort -u)
  if [ ${#names[@]} -eq 0 ] || [ ${#names[@]} -gt 2 ]; then return 1; fi
  filter=$(printf '|FullyQualifiedName=%s' "${names[@]}")
  echo "repeating: ${names[*]}" >>"$2.again"
  run "$1" --filter "${filter:1}" >>"$2.again" || return 1
  printf '%s\n' "${names[@]}" >>"$work/repeated"
  sed -i -E 's/^Failed!  - Failed: +([0-9]+), /Repeated - Passed: \1, Failed: 0, /' "$2"
}

lane() {
  local project part failed=0
  for project in "$@"; do
    part=$work/$(basename "$project")
    run "$project" >"$part" || repeat "$project" "$part" || failed=1
    touch "$part.again"
    flock "$work/output" cat "$part" "$part.again"
    cat "$part" >>"$work/output"
  done
  return $failed
}

# Job control, because the shell lets background jobs ignore SIGINT otherwise, and tests send it to the programs that they start.
set -m
lane "${second[@]}" &
side=$!
set +m
trap 'kill -- -"$side" 2>/dev/null; rm -rf "$work"' EXIT
lane "${first[@]}" || status=1
wait "$side" || status=1

if [ $# -eq 0 ]; then
  dotnet "loadtests/bin/$configuration/net10.0/ImdsProxy.LoadTests.dll" smoke || status=1
fi

# Repeats the failures at the end of the output, where people look for them.
awk '/^  Failed / { shown = 30 } /^(Passed!|Failed!|Skipped!|Repeated)/ { shown = 0 } shown-- > 0' "$work/output"

# A run in which nothing passed has failed, unless it was asked for single projects, which may be skipped here.
totals=$(awk -v named=$# '/Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+/ {
       gsub(",", ""); for (i = 1; i < NF; i++) { if ($i == "Failed:") f += $(i+1); if ($i == "Passed:") p += $(i+1); if ($i == "Skipped:") s += $(i+1) } }
     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (p + (named ? s : 0) == 0) }' "$work/output") || status=1
sed 's/^/failed at first, and passed when repeated: /' "$work/repeated"
echo "$totals" | tee -a "${IMDS_PROXY_TOTALS:-/dev/null}"
exit $status
