#!/bin/sh
# Builds the virtual environment in $1 from requirements.lock. Needs Python 3.11 or newer, nothing else.
set -eu
venv=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Passeur needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }

# Debian ships the venv module in a package of its own.
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3-venv
  else
    echo "Python's venv module is missing. This mends it:  sudo apt-get install python3-venv" >&2; exit 1
  fi; }

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "setup: installing the locked dependencies into $venv (a minute or so, once)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock  # the lock is whole: nothing to resolve
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
