#!/usr/bin/env bash
# Runs every fuzz target, or those that are named, and prints a table of executions and findings.
#
#   tests/fuzz/campaign.sh [--runs N] [--seconds S] [--jobs J] [--seed N] [--work DIR] [TARGET...]
#
# --runs     executions of each target (default 5,000,000)
# --seconds  stop each target after so many seconds, whichever is first (default: none)
# --jobs     targets at a time (default: one a core)
# --seed     of the random choices, so that a finding comes again (default: another one each time)
# --work     where corpora, logs and findings are kept (default: target/fuzz-work); a second run goes on from there
#
# Needs a stable toolchain and a C++ compiler; no nightly, no sanitizer. The exit code is 1 if anything was found.
set -euo pipefail
cd "$(dirname "$0")/../.."

runs=5000000 seconds=0 seed=0 jobs=$(nproc) work=target/fuzz-work
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --jobs) jobs=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    -*) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
[ ${#targets[@]} -gt 0 ] || targets=(segment fold detector jsonl edit removed parquet codec options growth)

# As `cargo fuzz build -s none` does, which the stable compiler can do, too; but without tracing comparisons, which halves
# the speed and finds little that the dictionaries do not.
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
cargo build --locked --release --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz --target "$host" --bins
bin=target/fuzz/$host/release

# Files of an execution stay in memory.
temp=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$temp"' EXIT
export TMPDIR=$temp

run() {
  local target=$1 length=80 dict=segment
  case $target in
    fold | growth) dict=fold ;;
    jsonl | edit) dict=jsonl length=160 ;;
    removed) dict=removed length=128 ;;
    parquet) dict=codec length=2048 ;;
    codec) dict=codec length=256 ;;
    options) dict= length=64 ;;
    detector) dict= length=96 ;;
  esac
  # a piece that is repeated up to 4 kB
  [ "$target" != growth ] || length=24
  local args=(-runs="$runs" -max_len=$length -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
  # weighing inputs by how rare they are takes longer than most executions
  args+=(-entropic=0)
  [ "$seed" = 0 ] || args+=(-seed="$seed")
  [ "$seconds" = 0 ] || args+=(-max_total_time="$seconds")
  [ -z "$dict" ] || args+=(-dict="tests/fuzz/dict/$dict.dict")
  mkdir -p "$work/corpus/$target" "$work/findings" "tests/fuzz/corpus/$target"
  "$bin/$target" "${args[@]}" -artifact_prefix="$work/findings/$target-" "$work/corpus/$target" \
    "tests/fuzz/corpus/$target" >"$work/$target.log" 2>&1 || echo "exit code $?" >>"$work/$target.log"
}

mkdir -p "$work"
running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$jobs" ]; then
    wait -n
    running=$((running - 1))
  fi
  run "$target" &
  running=$((running + 1))
done
wait

found=0 total=0
printf '%-10s %14s %10s %10s  %s\n' target executions exec/s inputs finding
for target in "${targets[@]}"; do
  log=$work/$target.log
  stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }
  done=$(stat number_of_executed_units)
  finding=none
  if grep -q '^exit code' "$log"; then
    found=1
    finding=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    finding=${finding:-"see $log"}
  fi
  printf '%-10s %14s %10s %10s  %s\n' "$target" "${done:-0}" "$(stat average_exec_per_sec)" \
    "$(find "$work/corpus/$target" -type f | wc -l)" "$finding"
  total=$((total + ${done:-0}))
done
printf '%-10s %14s\n' all "$total"
# What failed and on what input: enough to repeat it elsewhere, with `base64 -d >FILE` and the target's program.
for target in "${targets[@]}"; do
  if grep -q '^exit code' "$work/$target.log"; then
    echo "-- $target"
    grep -a -A3 -m1 ' panicked at ' "$work/$target.log" | cut -c1-2000 || true
    grep -a -E '^(==.*ERROR|SUMMARY|Base64|exit code)' "$work/$target.log" | cut -c1-6000
  fi
done
exit $found
