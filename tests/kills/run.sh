#!/usr/bin/env bash
# Kills and faults: see kills.py. `run.sh` is the whole campaign, `run.sh --short` takes about two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v strace >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -qq -y strace >/dev/null || { apt-get update -qq && apt-get install -qq -y strace >/dev/null; }
fi
cargo build --locked --release --quiet
exec python3 tests/kills/kills.py target/release/redite "$@"
