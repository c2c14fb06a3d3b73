# Everything that one does here. `make` alone lists it. Only Python 3.11 or newer and its pip are needed.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test test-quick check faults bench story lock clean

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet
WORKERS ?= 2
PYTEST ?=
DEMO ?=

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.runtime ## install if needed, then serve on http://127.0.0.1:8080, data under ./var/
	@mkdir -p var
	@exec $(BIN)/oncall-router serve

demo: .venv/.runtime ## a made-up company with five weeks behind it, and incidents that go on; http://127.0.0.1:8080
	@exec $(BIN)/python -m demo $(DEMO)

test: .venv/.dev ## install what is needed and run every test
	@sh scripts/tools.sh prometheus prometheus-alertmanager strace chromium nodejs npm
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(PYTEST)

test-quick: .venv/.dev ## domain, use cases and adapters, without servers: a minute
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not server" tests/domain tests/service tests/adapters $(PYTEST)

check: .venv/.dev ## format, lint, types, layers, dependencies, Dockerfile and every test: what CI runs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile
	@$(MAKE) --no-print-directory test

.PHONY: stories
stories: .venv/.dev ## every story on every sort of store there is: SQLite, two Redis versions, Sentinels, a cluster
	ONCALL_EVERY_STORE=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal tests/stories $(PYTEST)

.PHONY: image-test
image-test: .venv/.dev ## build the container image on a base made here and test it (root and buildah; minutes)
	@sh scripts/tools.sh buildah debootstrap
	@sh scripts/image_test.sh

faults: .venv/.dev ## kill, pause, cut off and fill up many replicas and their Redis, for minutes; prints figures
	ONCALL_FAULTS=long $(BIN)/pytest tests/faults/replicas $(PYTEST)

bench: .venv/.dev ## measure, with yardsticks in the same run; prints ratios and writes a JSON file
	@sh scripts/tools.sh wrk prometheus-alertmanager
	$(BIN)/python -m bench

story: .venv/.runtime ## a real Prometheus and Alertmanager page, are answered, and recover
	@sh scripts/tools.sh prometheus prometheus-alertmanager
	$(BIN)/python scripts/story.py

# The lock files hold versions and hashes, no addresses. What is pinned already stays, unless LOCK="--upgrade".
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command "make lock" $(LOCK)
lock: ## pin the newest versions that pyproject.toml allows (keeps pins; LOCK=--upgrade renews them; needs uv)
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --group build --constraints requirements.lock --output-file requirements-build.lock
	$(COMPILE) pyproject.toml --group build --group dev --constraints requirements.lock \
	  --constraints requirements-build.lock --output-file requirements-dev.lock

clean: ## remove what was installed and cached; ./var/ (the data) stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

# The build backend is pinned by hash too: pip fetches nothing by itself (--no-build-isolation), and the project is
# installed last and alone (--no-deps), as a link to this folder.
INSTALL_SELF := $(PIP) install --no-deps --no-build-isolation --editable .

.venv/.runtime: requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages into .venv ..."
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@$(INSTALL_SELF)
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing the development tools into .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# Without a pip of its own: the one outside serves it, so this works where Debian's python3-venv is missing too.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is not Python 3.11 or newer. Say which: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null || { echo "$(PYTHON) has no pip. Say which has: make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv --without-pip .venv
