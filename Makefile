# Accelerate. `make run` starts the app, `make help` lists everything else.

PYTHON ?= python3
PORT ?= 8501
CHROMIUM = chromium
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes
ROOT = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null
APT = apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq
# Playwright's driver needs libatomic, which no other package of a small Debian brings.
BROWSER = command -v $(CHROMIUM) >/dev/null && .venv/bin/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null
# The names of CONVENTIONS, as far as they are here.
BENCHES = $(filter quality likeness personal_data injection claims answers refusals citations search ask pages reading ledger,$(basename $(notdir $(wildcard tests/bench/*.py))))

.DEFAULT_GOAL := help
.PHONY: help run test check format audit bench sizes backup restore verify-ledger torture vectors model lock

help: ## List every target
	@grep -hE '^[a-z%-]+:.*## ' Makefile | sed -E 's/:[^#]*## /|/; s/%/NAME/' | awk -F'|' '{printf "make %-15s %s\n", $$1, $$2}'

# Ctrl-C is for the server, which ends in order; Python on its own would add a complaint.
run: .venv/run.stamp ## Start the app on http://127.0.0.1:8501 (PORT= for another)
	@trap '' INT; exec .venv/bin/streamlit run streamlit_app.py --server.port $(PORT)

test: .venv/dev.stamp ## Run the tests (TESTS= for some of them), in Debian's Chromium where they need a browser
	@$(BROWSER) || { $(ROOT) && $(APT) chromium libatomic1 >/dev/null; } || { \
		echo "The tests need a browser: install Debian's packages chromium and libatomic1, then run make test again."; exit 1; }
	@.venv/bin/pytest $(or $(TESTS),-n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder)

check: .venv/dev.stamp ## Check format, lint, types and tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(MAKE) --no-print-directory test

format: .venv/dev.stamp ## Format the code and mend what the linter can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

# B704 is ruff's S704, which has judged every Markup line by line.
audit: .venv/dev.stamp ## Look for known faults in what is installed (needs a network) and for unsafe code
	@.venv/bin/bandit --quiet -ll --skip B704 --recursive services components pages streamlit_app.py
	@.venv/bin/python -m tests.commands.known_faults

bench: .venv/dev.stamp ## Run every benchmark (DATA= for a folder of sets, FULL=1 for all questions)
	@for name in $(BENCHES); do $(MAKE) --no-print-directory bench-$$name || exit 1; done

bench-%: .venv/dev.stamp ## Run one benchmark: quality, refusals, citations, search, ask, pages, ledger, …
	@.venv/bin/python -m tests.bench.$*

sizes: ## Print the longest pages, modules and functions
	@$(PYTHON) -m tests.commands.sizes

backup: .venv/run.stamp ## Copy everything the app has written to FILE=, also while it runs
	@.venv/bin/python -m services.store.backup backup "$(FILE)"

restore: .venv/run.stamp ## Bring everything back from FILE= while the app is stopped (REPLACE=1 moves aside what is there)
	@.venv/bin/python -m services.store.backup restore "$(FILE)" $(if $(REPLACE),--replace)

# Its file is 1.1 GB. Ctrl-C is for the command, which says what it keeps.
model: .venv/run.stamp ## Fetch the model that runs on this computer, from wherever it is published or from FILE=
	@trap '' INT; exec .venv/bin/python -m services.backends.embedded.local_model $(if $(FILE),"$(FILE)")

verify-ledger: .venv/run.stamp ## Check the chain of receipts (HEAD= from elsewhere shows a tail that was cut)
	@.venv/bin/python -m services.ledger.verify $(HEAD)

torture: .venv/dev.stamp ## Kill the app 100 times while it reads and look for losses
	@.venv/bin/python -m tests.torture

vectors: .venv/dev.stamp ## Compute again the vectors that ship with the knowledge bases
	@.venv/bin/python -m tests.commands.vectors

lock: .venv/dev.stamp ## Pin requirements again after a change in requirements.in or requirements-dev.in
	@for name in requirements requirements-dev; do .venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes \
		--annotation-style=line --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		$$name.in -o $$name.txt || exit 1; done

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Accelerate needs Python 3.11 or newer: name one with make $(MAKECMDGOALS) PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { $(ROOT) && $(APT) python3-venv >/dev/null; } \
		|| { echo "Python can't make virtual environments here: install Debian's package python3-venv."; exit 1; }
	@$(PYTHON) -m venv --clear .venv

.venv/run.stamp: requirements.txt | .venv/bin/pip
	@echo "Installing what Accelerate needs; this takes a minute or two, once."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what its tests need."
	@$(PIP) -r requirements-dev.txt
	@touch $@
