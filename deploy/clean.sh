#!/bin/sh
# Ends a demo that runs here and removes everything that was made in this folder.
set -eu

pid=$(cat var/run.pid 2>/dev/null || true)
if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q deploy.run; then
  kill -TERM "$pid"
  tries=0
  while [ -d "/proc/$pid" ] && [ $tries -lt 150 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
fi
rm -rf .venv var build dist ./*.egg-info
rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
