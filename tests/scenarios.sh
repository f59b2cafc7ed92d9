#!/usr/bin/env bash
# Plays random scenarios outside CI, on all cores: tests/scenarios.sh FIRST COUNT [CHUNK]
#
# Every seed is a scenario of its own (tests/UDPack.Protocol.Tests/Simulation/Scenarios). They are played in chunks of 10,000, each of which
# prints a line with its time and the seeds that failed; the last line is the sum. A failing seed is played alone, with its messages, by
#   UDPACK_SCENARIOS=1 UDPACK_SCENARIO_SEED=<seed> dotnet test tests/UDPack.Protocol.Tests --filter RandomScenarioTests.Every
# Ends with 1 if any failed. A run that was broken off goes on where it was: give the next seed and what is left.
set -euo pipefail
first=${1:?the first seed}
count=${2:?how many seeds}
chunk=${3:-10000}
project=$(cd "$(dirname "$0")" && pwd)/UDPack.Protocol.Tests
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

# Built to a place of its own: a long run keeps its build, whatever is built meanwhile.
dotnet build "$project" -c Release -o "$output/build" -v q -nologo -p:RunAnalyzers=false > "$output/log" || { cat "$output/log"; exit 1; }

began=$SECONDS
end=$((first + count))
failed=()
for ((seed = first; seed < end; seed += chunk)); do
  size=$((end - seed < chunk ? end - seed : chunk))
  started=$SECONDS
  if UDPACK_SCENARIOS=$size UDPACK_SCENARIO_SEED=$seed dotnet vstest "$output/build/UDPack.Protocol.Tests.dll" \
      --TestCaseFilter:"FullyQualifiedName~RandomScenarioTests.Every" > "$output/log" 2>&1; then
    echo "$seed to $((seed + size - 1)): none failed, $((SECONDS - started)) s"
  else
    mapfile -t found < <(sed -n 's/^ *Seed \([0-9]*\);.*/\1/p' "$output/log" | sort -nu)
    if [ ${#found[@]} -eq 0 ]; then
      echo "$seed to $((seed + size - 1)): broke off" >&2
      tail -n 20 "$output/log" >&2
      exit 2
    fi
    failed+=("${found[@]}")
    echo "$seed to $((seed + size - 1)): FAILED ${found[*]}, $((SECONDS - started)) s"
  fi
done

echo "$count scenarios from seed $first on in $((SECONDS - began)) s: ${#failed[@]} failed ${failed[*]}"
[ ${#failed[@]} -eq 0 ]
