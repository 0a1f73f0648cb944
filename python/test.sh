#!/usr/bin/env bash
# Builds the wheel, and tests it: types, examples, the same answers as the program, and the oldest and newest Python that are found.
# Needs Python 3.10 or later with venv, and Rust; takes the rest from PyPI, and Java from the distribution's packages where there is none.
# Takes about 8 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
work=target/python
mkdir -p "$work"

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(f"Python 3.10 or later is needed, this is {sys.version}" if sys.version_info < (3, 10) else 0)'
if ! "$python" -m venv --clear "$work/venv" 2>/dev/null; then
  # Debian keeps it in a package of its own
  apt-get update -qq && apt-get install -y -qq python3-venv
  "$python" -m venv --clear "$work/venv"
fi
venv=$PWD/$work/venv/bin
if ! command -v java >/dev/null; then
  # for Spark
  apt-get update -qq && apt-get install -y -qq default-jre-headless
fi

cargo fmt --check
cargo clippy --locked --release -- -D warnings
rm -rf "$work/wheels"
"$venv/pip" wheel -q --no-deps -w "$work/wheels" .
wheel=$(ls "$PWD/$work"/wheels/redite-*-abi3-*.whl)
"$venv/pip" install -q -c tests/constraints.txt "$wheel[test]"

# Not from the source folder, which has no extension.
(cd .. && cargo build --release --locked)
export REDITE_PROGRAM=${REDITE_PROGRAM:-$PWD/../target/release/redite} REDITE_ALL=${REDITE_ALL:-1}
"$venv/mypy" --strict redite examples
(cd tests && "$venv/pytest" -q -p no:cacheprovider)

# The same wheel in every other Python that is here: on the path, or kept by pyenv, whose shims may lead nowhere.
for version in 3.10 3.11 3.12 3.13 3.14 3.15; do
  other=
  for path in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    if "$path" -c 'import venv' 2>/dev/null; then
      other=$path
    fi
  done
  if [ -z "$other" ]; then
    echo "NOT CHECKED with Python $version, which is not here"
    continue
  fi
  "$other" -m venv --clear "$work/venv-$version"
  "$work/venv-$version/bin/pip" install -q "$wheel" pyarrow pytest
  echo "with $("$other" --version)"
  (cd tests && "../$work/venv-$version/bin/pytest" -q -p no:cacheprovider test_core.py test_arrow.py test_index.py)
done
