#!/usr/bin/env bash
# checks.sh BIN: format, lint, types, import contracts, templates. Runs them all, then says which failed.
set -uo pipefail
bin=$1
failed=()

step() {
  local name=$1
  shift
  local output
  if output=$("$@" 2>&1); then
    printf '  ok    %s\n' "$name"
  else
    printf '  FAIL  %s\n%s\n' "$name" "$output"
    failed+=("$name")
  fi
}

step "format (ruff format)" "$bin/ruff" format --check .
step "lint (ruff check)" "$bin/ruff" check .
step "types (mypy --strict)" "$bin/mypy"
step "imports (lint-imports)" "$bin/lint-imports" --no-cache
step "templates (djlint)" "$bin/djlint" templates --lint --quiet
step "migrations (models == schema)" "$bin/python" -m survey_app.migrations

if [ ${#failed[@]} -gt 0 ]; then
  printf 'Không đạt / failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
