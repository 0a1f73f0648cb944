#!/usr/bin/env bash
# Writes all records anew, and the chart.
#
#   benches/record.sh [FILE.jsonl]     FILE: the articles that redite and its peers are timed on; else generated text
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --quiet --locked --bench modules -- --record
cargo bench --quiet --locked --bench modules -- adversarial --record
if command -v valgrind >/dev/null; then
    benches/instructions.sh --record
else
    echo "no valgrind: instructions are not counted"
fi
benches/peers/run.sh --record "$@"
