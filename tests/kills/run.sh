#!/usr/bin/env bash
# Kills and faults: see kills.py. `run.sh` is the whole campaign, `run.sh --short` takes about two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v strace >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -qq -y strace >/dev/null || { apt-get update -qq && apt-get install -qq -y strace >/dev/null; }
fi
# The short campaign uses the debug build, which the tests have made.
case " $* " in
  *" --short "*) cargo build --locked --quiet && program=target/debug/redite ;;
  *) cargo build --locked --release --quiet && program=target/release/redite ;;
esac
exec python3 tests/kills/kills.py "$program" "$@"
