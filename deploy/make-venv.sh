#!/usr/bin/env bash
# Makes .venv with everything pyproject.toml names. deploy/make-venv.sh PYTHON
set -euo pipefail

python=${1:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python 3.11 or newer, please; '$python' is $("$python" --version 2>&1). PYTHON=… names another." >&2
  exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv

install() { .venv/bin/python -m pip install -q --disable-pip-version-check -e '.[dev]'; }
echo "Installing Python packages into .venv (a few minutes the first time)"
install || { echo "Once more, in case it was the network" >&2; install; }
