#!/usr/bin/env bash
# Fuzzes each target for some minutes, one after another, and prints the totals: tests/Fuzz/run.sh MINUTES [TARGET...]
# Findings are written to artifacts/fuzz-findings. Once a finding is fixed, add its input to tests/Fuzz/corpus, which each test run replays.
set -euo pipefail
minutes=${1:?minutes for each target}
shift
cd "$(dirname "$0")/../.."

if ! command -v afl-fuzz >/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "make fuzz needs afl-fuzz (as root on Debian: apt-get install afl++)" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends afl++ >/dev/null
fi

# A separate build, because the tests must not run instrumented code.
program=artifacts/fuzz
findings=artifacts/fuzz-findings
rm -rf "$program"
dotnet publish tests/Fuzz -c Release -o "$program" --nologo -v quiet
tool=artifacts/fuzz-tools
[ -x "$tool/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$tool" >/dev/null
for assembly in ImdsProxy.Core.dll imds-proxy.dll; do
  "$tool/sharpfuzz" "$program/$assembly"
done

# Skips afl-fuzz's checks of the core pattern, the CPU governor and CPU pinning, which do not matter here, and of the binary,
# which is managed code.
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_FORKSRV_INIT_TMOUT=60000
export DOTNET_TieredPGO=0
stat() { awk -F ' *: *' -v key="$1" '$1 == key { print $2 }' "$2"; }

# shellcheck disable=SC2046 # Each target is one word.
[ $# -gt 0 ] || set -- $(dotnet "$program/ImdsProxy.Fuzz.dll")
status=0
summary=$(printf '%-12s %10s %8s %8s %8s' target runs runs/s edges findings)
for target in "$@"; do
  rm -rf "${findings:?}/$target"
  mkdir -p "$findings/$target"
  afl-fuzz -i "tests/Fuzz/corpus/$target" -o "$findings/$target" -x tests/Fuzz/words.dict -V "$((minutes * 60))" -m none -t 10000 \
    -- dotnet "$program/ImdsProxy.Fuzz.dll" "$target" >"$findings/$target/log" 2>&1 || { tail -20 "$findings/$target/log" >&2; exit 1; }
  stats=$findings/$target/default/fuzzer_stats
  found=$(($(stat saved_crashes "$stats") + $(stat saved_hangs "$stats")))
  [ "$found" -eq 0 ] || status=1
  summary+=$(printf '\n%-12s %10s %8s %8s %8s' "$target" "$(stat execs_done "$stats")" "$(stat execs_per_sec "$stats")" "$(stat edges_found "$stats")" "$found")
done

echo "$summary"
[ "$status" -eq 0 ] || echo "repeat a finding: dotnet tests/Fuzz/bin/Release/net10.0/ImdsProxy.Fuzz.dll TARGET FILE; they are in $findings/TARGET/default/crashes and …/hangs"
exit $status
