#!/usr/bin/env bash
# make-venv.sh PYTHON VENV: makes the virtual environment, or says in one sentence what is missing.
set -euo pipefail
python=$1
venv=$2

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

command -v "$python" >/dev/null || stop \
  "Chưa có Python. Hãy cài: sudo apt-get install -y python3 python3-venv" \
  "Python is missing. Install it: sudo apt-get install -y python3 python3-venv"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop \
  "Cần Python 3.11 trở lên (đang có $("$python" -V 2>&1)); cài bản mới rồi chạy: make PYTHON=python3.11 run" \
  "Python 3.11 or newer is needed (this is $("$python" -V 2>&1)); install one, then: make PYTHON=python3.11 run"

"$python" -c 'import ensurepip, venv' 2>/dev/null || stop \
  "Thiếu gói python3-venv. Hãy cài: sudo apt-get install -y python3-venv" \
  "The package python3-venv is missing. Install it: sudo apt-get install -y python3-venv"

# A folder from another or a removed Python is of no use; one that works is kept.
if [ -e "$venv" ] && ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  rm -rf "$venv"
fi
[ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
