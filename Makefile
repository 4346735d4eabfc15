# Everything a developer types. `make` alone prints this list.
#
#   SEEDS=n            how many seeds `make sim` runs (default 20)
#   JOBS=n             how many files of tests at once (default: one for each processor)
#   SECONDS_EACH=n     how long `make fuzz` runs each target (default 60)
#   PYTHON=python3.12  the interpreter that makes the virtual environment (default: the first of
#                      python3, python3.13, python3.12, python3.11 that is 3.11 or later)
#   LOCKED=no          `make install` takes the newest versions that pyproject.toml allows, instead of
#                      those of requirements.lock (default for Pythons later than 3.13)
#   LIBRARY=no         `make install` does not ask npm for what the pages load where a browser can't sign by itself
#   UPGRADE=1          `make lock` brings every version up to date, instead of only adding what is new

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

SEEDS ?= 20
JOBS ?= auto
SECONDS_EACH ?= 60
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LIBRARY ?= yes
FETCHED := node/web/fetched/.copied
NATIVE := ledger/native
LOCK := requirements.lock
FUZZ := $(NATIVE)/fuzz
NATIVE_SOURCES := $(shell find $(NATIVE) -name target -prune -o -type f \( -name '*.rs' -o -name '*.toml' -o -name Cargo.lock \) -print 2>/dev/null)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: $(INSTALLED) library ## make .venv with everything in it (quick when nothing changed)

$(BIN)/python:
	@python=""; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        python="$$candidate"; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Fiado needs Python 3.11 or later, and none was found$(if $(PYTHON), as $(PYTHON))." >&2; \
	    echo "Install one, or name it: make install PYTHON=/path/to/python3.11" >&2; \
	    exit 1; \
	fi; \
	"$$python" -m venv $(VENV)

# The lock serves Python 3.11 to 3.13 on every platform; where a package has no wheel, pip builds it from its
# source, whose hash is in the lock too. A later Python may need newer versions, so there the lock is left
# out. A hash that does not fit ends the installation and never falls back to that.
LOCKED ?= $(shell $(BIN)/python -c 'import sys; print("yes" if sys.version_info < (3, 14) else "no")' 2>/dev/null)

$(INSTALLED): $(BIN)/python pyproject.toml setup.py $(LOCK) $(NATIVE_SOURCES)
	@if [ "$(LOCKED)" = no ]; then \
	    echo "Installing the newest versions that pyproject.toml allows, without $(LOCK)."; \
	    $(PIP) --editable '.[dev]'; \
	else \
	    echo "Installing what $(LOCK) names into $(VENV); the first time this takes a minute or a few."; \
	    $(PIP) --require-hashes --requirement $(LOCK) && \
	    $(PIP) --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@
	@$(BIN)/python -c 'import ledger._native' 2>/dev/null \
	    && echo "Installed, with the native validator." \
	    || echo "Installed. The native validator was not built: the reference validator runs (see 'make native')."

# Which files, and what it means without them, is said in node/web/library.py. A package whose hash is not that of
# package-lock.json ends the installation. Other versions: change package.json, then npm install --package-lock-only.
.PHONY: library
library: $(INSTALLED) ## fetch what the pages load where a browser can't sign, open notes or read codes: needs npm
	@if [ "$(LIBRARY)" = no ]; then echo "The libraries of the pages were left out, as asked."; \
	elif command -v npm >/dev/null; then $(MAKE) --no-print-directory $(FETCHED); \
	else $(BIN)/python -m node.web.library; fi

$(FETCHED): package.json package-lock.json node/web/library.py
	@npm ci --ignore-scripts --no-audit --no-fund --silent || { \
	    echo "npm could not fetch the libraries of the pages. To go on without them: make install LIBRARY=no" >&2; exit 1; }
	@$(BIN)/python -m node.web.library node_modules
	@touch $@

.PHONY: lock
lock: install ## write again which versions `make install` and CI take: make lock UPGRADE=1
	$(PIP) uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet $(if $(UPGRADE),--upgrade) \
	    --output-file $(LOCK)
	@if command -v cargo >/dev/null; then \
	    cargo $(if $(UPGRADE),update,fetch) --manifest-path $(NATIVE)/Cargo.toml && \
	    cp $(NATIVE)/Cargo.lock $(FUZZ)/Cargo.lock && cargo fetch --manifest-path $(FUZZ)/Cargo.toml; \
	else \
	    echo "cargo was not found: the Rust locks stay as they are." >&2; \
	fi

.PHONY: lint
lint: install ## formatting, ruff, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.PHONY: check
check: lint test ## everything that has to pass before a commit: lint and tests

.PHONY: format
format: install ## format the code and repair what ruff can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: test
test: install ## the tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

.PHONY: native-test
native-test: ## the tests of the native validator that need no Python
	cargo test --locked --manifest-path $(NATIVE)/Cargo.toml --package fiado-core --package fiado-points

# The fuzzer's instrumentation is unstable in the compiler; RUSTC_BOOTSTRAP lets a stable one take it.
.PHONY: fuzz
fuzz: install ## fuzz the native validator with coverage, a minute each target: needs cargo-fuzz
	@command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz was not found: cargo install cargo-fuzz --locked" >&2; exit 1; }
	cargo fetch --quiet --locked --manifest-path $(FUZZ)/Cargo.toml
	for target in decode hashes points replay; do \
	    $(BIN)/python -m tests.vectors.fuzz_seeds $(FUZZ)/corpus/$$target && \
	    (cd $(NATIVE) && RUSTC_BOOTSTRAP=1 cargo fuzz run $$target -- -max_total_time=$(SECONDS_EACH) -max_len=4096 -print_final_stats=1) || exit 1; \
	done

.PHONY: demo
demo: install ## a federation on this machine, from its charter to its audit
	$(BIN)/fiado demo

.PHONY: bench
bench: install ## all benchmarks
	$(BIN)/python -m benchmarks

.PHONY: mutants
mutants: install ## seeded bugs that the tests must find; FAST=1 leaves out the slow ones, SLOW=1 runs only those, DRAW=n only n
	$(BIN)/python -m tests.mutations $(if $(FAST),--fast) $(if $(SLOW),--slow) $(if $(DRAW),--draw $(DRAW))

.PHONY: model
model: install ## every state of the model of agreement, and of it without one rule: needs spin and gcc
	$(BIN)/python -m tests.model

.PHONY: sim
sim: install ## simulated federations with faults: make sim SEEDS=200
	$(BIN)/python -m tests.simulation --seeds $(SEEDS)

.PHONY: docs
docs: install ## write again the pages that are generated
	$(BIN)/python -m docs.generate

.PHONY: native
native: install ## build the native validator again, tuned to this machine; fails if it can't
	FIADO_REQUIRE_NATIVE=1 $(BIN)/python setup.py --quiet build_rust --inplace

.PHONY: native-portable
native-portable: install ## the same for any processor of this architecture
	FIADO_PORTABLE=1 FIADO_REQUIRE_NATIVE=1 $(BIN)/python setup.py --quiet build_rust --inplace

.PHONY: clean
clean: ## remove what was built, the virtual environment too
	rm -rf node_modules node/web/fetched
	rm -rf $(VENV) build dist *.egg-info $(NATIVE)/target ledger/_native*.so ledger/_native*.pyd
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
