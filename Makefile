# Everything one types in this project; `make help` lists it. Nothing here needs an activated venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes
# Tests find themselves by path; extra options: make test PYTEST="-k sign_in -x"
PYTEST ?=
WORKERS ?= 2

.PHONY: help run test check bench faults attack screens lock format install install-dev

help: ## list all targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# ---- What is installed: two stamps ---------------------------------------------------------------

$(VENV)/.run: requirements.txt
	@scripts/make-venv.sh "$(PYTHON)" "$(VENV)"
	@echo "Cài thư viện / installing libraries …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Cài công cụ kiểm thử / installing test tools …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

install: $(VENV)/.run ## only what the product needs
install-dev: $(VENV)/.dev ## and what tests and checks need

# ---- The product ---------------------------------------------------------------------------------

run: $(VENV)/.run ## the whole product on this machine, with sample and inbox (RESET=1: start over)
	@exec $(BIN)/python -m survey_app.runner $(if $(filter-out 0,$(RESET)),--reset)

# ---- Checks and tests ----------------------------------------------------------------------------

test: $(VENV)/.dev ## all checks and all tests; installs PostgreSQL and Chromium when missing
	@scripts/test-packages.sh "$(BIN)"
	@scripts/checks.sh "$(BIN)"; checks=$$?; \
	REQUIRE_ALL=1 $(BIN)/python tests/postgres_server.py \
		$(BIN)/python -m pytest -q -p tests.no_silent_skips -n $(WORKERS) --dist loadfile \
		--maxfail=25 $(PYTEST); \
	tests=$$?; \
	[ $$checks = 0 ] || echo "Kiểm tra mã không đạt, xem ở trên. · Checks failed, see above." >&2; \
	exit $$((checks | tests))

check: $(VENV)/.dev ## the everyday gate: format, lint, types, imports, templates, migrations, fast tests
	@scripts/checks.sh "$(BIN)"
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile \
		-m "not browser and not faults and not slow" $(PYTEST)

bench: $(VENV)/.dev ## the benchmarks (ONLY=mail|autosave|journey|form|stored|board|soak: one; the soak takes 5 minutes, so only when named)
	@scripts/test-packages.sh "$(BIN)"
	@$(BIN)/python tests/postgres_server.py $(BIN)/python -m tests.bench $(ONLY)

faults: $(VENV)/.dev ## kill processes at bad moments (N= how many runs, SEED= the first)
	@scripts/test-packages.sh "$(BIN)"
	@FAULT_RUNS="$(or $(N),3)" FAULT_SEED="$(or $(SEED),1)" REQUIRE_ALL=1 \
		$(BIN)/python tests/postgres_server.py $(BIN)/python -m pytest -q -p tests.no_silent_skips \
		-n $(WORKERS) --dist loadfile tests/faults -m faults $(PYTEST)

attack: $(VENV)/.dev ## try to link people to what they wrote in anonymous forms (N= how many rounds)
	@scripts/test-packages.sh "$(BIN)"
	@$(BIN)/python tests/postgres_server.py $(BIN)/python -m tests.attack $(N)

screens: $(VENV)/.dev ## screenshots of pages, mails and documents into screens/
	@scripts/test-packages.sh "$(BIN)"
	@$(BIN)/python -m tests.browser.screens

# ---- Upkeep --------------------------------------------------------------------------------------

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## compile requirements*.txt from requirements*.in (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header requirements-dev.in -o requirements-dev.txt
