#!/usr/bin/env bash
# What other programs make of marks: the mixer of dolma (https://github.com/allenai/dolma) must remove what `clean` removes,
# pyarrow must read the file of marks as a table, and pyarrow, polars and duckdb must find the same in the Parquet form of it.
#
#   tests/readers/run.sh [FILE.jsonl…]     the sample of the repository, and these files
#
# Needs python3 with venv. Where the packages cannot be had it says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
not_checked() {
  echo "NOT CHECKED: $1"
  exit 0
}
python3 -m venv "$scratch/venv" 2>/dev/null || not_checked "python3 has no venv"
# Of dolma only the mixer is used, a native module: not the many packages that the rest of it asks for.
timeout 300 "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps 'dolma==1.2.1' 'pyarrow==26.0.1' ||
  not_checked "dolma or pyarrow cannot be installed here"
timeout 300 "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check 'polars==2.1.0' 'duckdb==2.0.1' ||
  echo "NOT CHECKED: polars or duckdb cannot be installed here"

mkdir "$scratch/documents"
for file in tests/data/sample/articles.jsonl "$@"; do
  gzip -c "$file" > "$scratch/documents/$(basename "$file").gz"
done
cargo build --locked --quiet
redite=${CARGO_TARGET_DIR:-target}/debug/redite
"$redite" mark "$scratch/documents" -o "$scratch/attributes/redite" --format dolma -q
"$redite" mark "$scratch/documents" -o "$scratch/marks.jsonl" --count-by lang -q
"$redite" mark "$scratch/documents" -o "$scratch/marks.parquet" --count-by lang -q
"$redite" clean "$scratch/documents" -o "$scratch/cleaned" -q
"$scratch/venv/bin/python" tests/readers/check.py "$scratch"
