#!/usr/bin/env bash
# What removing repeats does to pages of the web, and to a language model of what is left. Prints two tables.
#
#   benches/effect/run.sh ARTICLES.jsonl…                      pages are made of these: {"lang", "title", "text"} a line
#   benches/effect/run.sh --pages PAGES.jsonl --held CLEAN.jsonl    pages as they are, and clean text to try the models on
#   benches/effect/run.sh --help                               all options
#
# What is installed, and all that is written, stands below target/effect. Needs cargo and Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=${CARGO_TARGET_DIR:-target}/effect
mkdir -p "$scratch"
export CARGO_TERM_COLOR=never

venv=$scratch/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r benches/effect/requirements.txt
cargo build --release --locked --quiet
"$venv/bin/python" benches/effect/effect.py --redite "${CARGO_TARGET_DIR:-target}/release/redite" --work "$scratch/work" "$@"
