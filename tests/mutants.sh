#!/usr/bin/env bash
# Do the tests bite? Changes the code in one place at a time and runs the tests: a change that no test notices survives.
#
#   tests/mutants.sh [--count N] [--seed S] [--shard K/N] [--list] [-- ARGUMENTS OF CARGO MUTANTS]
#
# --count  number of mutants drawn at random from join, decide, fold, files and restore (default: 100)
# --seed   another sample; the same seed draws the same mutants of the same code (default: 7)
# --shard  the K-th of N parts of the sample, K from 0: to run it on several machines or at several times
# --list   only names the mutants
#
# Needs `cargo install --locked cargo-mutants`; with `cargo install --locked cargo-nextest` a run ends at the first test
# that fails. Works on a copy of the tree. Every mutant is tried on the library's own tests first, which need a third of the
# build; those that survive are tried on all tests. Results are in target/mutants/mutants.out: `missed.txt` has the survivors,
# `caught.txt` those of the second round, `previously_caught.txt` those of the first.
set -euo pipefail
cd "$(dirname "$0")/.."

count=100 seed=7 shard=0/1 list=
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --shard) shard=$2; shift 2 ;;
    --list) list=yes; shift ;;
    --) shift; break ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done

files=(-f 'src/join/**' -f 'src/decide/**' -f 'src/fold/**' -f 'src/files/**' -f 'src/bin/redite/commands/restore/**')
sample=$(mktemp)
trap 'rm -f "$sample"' EXIT
# Drawn by a hash of seed and name: what the draw gives depends on nothing else.
cargo mutants --list "${files[@]}" | while read -r mutant; do
  printf '%s %s\n' "$(printf '%s %s' "$seed" "$mutant" | sha256sum | cut -c1-16)" "$mutant"
done | sort | sed -n "1,${count}p" | cut -d' ' -f2- |
  awk -v part="${shard%/*}" -v parts="${shard#*/}" '(NR - 1) % parts == part' >"$sample"
[ -s "$sample" ] || { echo "no mutants: is cargo-mutants installed?" >&2; exit 2; }
if [ -n "$list" ]; then
  cat "$sample"
  exit
fi

arguments=(--output target/mutants --no-shuffle --colors never)
command -v cargo-nextest >/dev/null && arguments+=(--test-tool nextest)
mkdir -p target/mutants
while read -r mutant; do
  # exactly this one
  arguments+=(--re "^$(printf '%s' "$mutant" | sed 's/[][\.*^$+?(){}|\/&~#-]/\\&/g')\$")
done <"$sample"
# One target folder, so that the dependencies are built once.
export CARGO_TARGET_DIR=$PWD/target/mutants/build CARGO_PROFILE_DEV_DEBUG=0
# Exit code 2: some survived; 3: some timed out. The second round takes those.
cargo mutants "${files[@]}" "${arguments[@]}" --timeout 200 "$@" -- --lib || [ $? -le 3 ]
cargo mutants --iterate "${files[@]}" "${arguments[@]}" --timeout 600 "$@"
