#!/usr/bin/env bash
# Runs redite beside tools that the ordinary registries carry, on the same text, and prints what each costs and finds.
#
#   benches/peers/run.sh [--record] [--rounds N] [--only NAME,...] [FILE.jsonl]
#
# FILE: articles, {"id", "lang", "text"} a line; without it, generated text. --record writes benches/record and draws
# the chart. What is installed, and all that is written besides, stands below target/peers. Needs cargo and Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=target/peers
mkdir -p "$scratch/work"
export CARGO_TERM_COLOR=never

cargo build --release --locked --quiet

# --- the peers; one that cannot be had is left out
venv=$scratch/venv
if [ ! -x "$venv/bin/python" ] && ! python3 -m venv "$venv"; then
    echo "no virtual environment: rensa, datasketch and dolma are skipped"
fi
install() { # NAME, pip options
    local name=$1
    shift
    if "$venv/bin/python" -c "import importlib.metadata as m; m.version('$name')" 2>/dev/null; then return; fi
    timeout 600 "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" \
        || echo "$name cannot be installed: skipped"
}
if [ -x "$venv/bin/python" ]; then
    install rensa rensa==0.5.0
    install datasketch datasketch==2.0.0
    install dolma --requirement benches/peers/dolma.txt
fi
if [ ! -x "$scratch/cargo/bin/runiq" ]; then
    cargo install --quiet --locked --root "$scratch/cargo" runiq || echo "runiq cannot be installed: skipped"
fi

# --- the text
file=
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --rounds | --only) options+=("$1" "$2"); shift 2 ;;
        --record) options+=("$1"); shift ;;
        *) file=$1; shift ;;
    esac
done
if [ -z "$file" ]; then
    file=$scratch/work/generated.jsonl
    cargo bench --quiet --locked --bench modules -- pipeline --kb 3000 --write "$PWD/$file"
fi
target/release/redite evaluate "$file" --unit paragraph --per-grade 40 --max-text 1G --sample 0 --quiet \
    --write "$scratch/work/planted" >"$scratch/work/planted.txt"

python3 benches/peers/peers.py "$file" "$scratch" ${options[@]+"${options[@]}"}
