# `make help` lists what there is to do; each target installs what it needs.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
EMULATOR := .emulator
export DBT_PROFILES_DIR := $(CURDIR)
# Tests start a hundred processes: without bytecode each would compile the package again.
export PYTHONDONTWRITEBYTECODE :=

# The demo: telemetry of both demo experiments, as of the day after which all their windows are due.
DEMO_CLIENTS ?= 10000
DEMO_EXPERIMENTS := pip-first-time-hint fenix-toolbar-shortcut
demo: export JETSTREAM_AS_OF ?= 2026-04-15

.PHONY: help install install-emulator demo docs lock-demo test test-fast test-all coverage test-next-dbt test-plain-dbt test-dbt-2 test-integration calibrate benchmark benchmark-lifecycle benchmark-experiments benchmark-overhead benchmark-inside-dbt benchmark-shared-scan scale-model scale-counts bench-check lint format lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "%-22s%s\n", $$1, $$2 }'

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is not installed; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

profiles.yml:
	cp profiles.example.yml profiles.yml

install: $(VENV)/.installed profiles.yml ## Create .venv from the pinned versions, and profiles.yml
	@# Half a minute once for a machine, a tenth of a second afterwards.
	@$(BIN)/python -m dbt_jetstream.review.googlesql.compiled

install-emulator: $(EMULATOR)/.installed # Emulated BigQuery, which `make test` installs

demo: install ## Analyse two demo experiments from generated telemetry on DuckDB
	$(BIN)/jetstream demo-data --clients $(DEMO_CLIENTS)
	$(BIN)/jetstream sync $(addprefix --experiment ,$(DEMO_EXPERIMENTS))
	$(BIN)/dbt build --quiet --select $(addprefix experiment:,$(DEMO_EXPERIMENTS))
	$(BIN)/jetstream results $(DEMO_EXPERIMENTS)
	$(BIN)/jetstream report $(DEMO_EXPERIMENTS) --out site

docs: install ## Write the documentation of all models and their lineage to site/docs/index.html
	@# Compiled with all windows, as on a first run; without telemetry, such as before `make demo`, not at all.
	@$(BIN)/dbt --quiet compile --full-refresh >/dev/null 2>&1 || $(BIN)/dbt --quiet parse
	$(BIN)/dbt --quiet docs generate --no-compile
	$(BIN)/python -m dbt_jetstream.results.docs_site --out site/docs/index.html

lock-demo: install ## Lock the demo experiments anew, after a change to the example hub or the lock
	rm -f $(foreach slug,$(DEMO_EXPERIMENTS),models/experiments/$(slug)/$(slug).yml models/experiments/$(slug)/definition.yml)
	$(BIN)/jetstream sync --with-ended

PYTEST := $(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder

test: install $(EMULATOR)/.installed ## Run a sample of all tests: before every commit that matters
	$(PYTEST) tests --ignore tests/next_dbt --ignore tests/dbt_2

# Bars are watched for half a minute, and in a build; whole builds take Google's analyzer two minutes.
NOT_FAST := $(addprefix tests/,functional bigquery next_dbt dbt_2 conformance diff test_progress.py test_one_line.py \
	googlesql/test_builds.py meaning/test_models.py statistics/test_calibration.py \
	$(addprefix sql/test_,real_expressions.py rollup_properties.py metric_hub_split.py))

test-fast: install ## Run what needs no dbt build, real configuration or git checkout: while you write
	JETSTREAM_TESTS=fast $(PYTEST) tests $(addprefix --ignore ,$(NOT_FAST))

test-all: install $(EMULATOR)/.installed $(EMULATOR)/bigframes/.installed ## Run all tests in full, CPU ratios, the package and dbt 1.12 and 2: before an issue is closed, and each night
	JETSTREAM_TESTS=all $(PYTEST) tests --ignore tests/next_dbt --ignore tests/dbt_2
	$(BIN)/python benchmarks/check.py --ratios
	$(MAKE) --no-print-directory test-integration test-next-dbt test-plain-dbt test-dbt-2

# Twice: what is there already is merged, or left alone.
INTEGRATION := fenix-toolbar-shortcut
test-integration: export DBT_PROFILES_DIR := $(CURDIR)/integration_tests
test-integration: export JETSTREAM_AS_OF := 2026-04-15
test-integration: install ## Build an experiment in a project that installs the macros as a package
	cd integration_tests && rm -rf models/experiments python_models seeds/registry.csv integration_tests.duckdb
	cd integration_tests && ../$(BIN)/dbt --quiet deps
	cd integration_tests && ../$(BIN)/jetstream sync --experiment $(INTEGRATION)
	cd integration_tests && ../$(BIN)/jetstream demo-data --experiment $(INTEGRATION) --effect treatment=0.1 --clients 5000
	cd integration_tests && ../$(BIN)/dbt --quiet build && ../$(BIN)/dbt --quiet build
	cd integration_tests && ../$(BIN)/dbt --quiet show --output text --inline \
		"select state from {{ ref('orders') }}" | grep --quiet second
	cd integration_tests && ../$(BIN)/jetstream results $(INTEGRATION)

coverage: install $(EMULATOR)/.installed $(EMULATOR)/bigframes/.installed ## Tell which lines of src all tests run
	@# What is kept of an earlier run would not run again.
	rm -rf target/test-projects && mkdir -p target/coverage && $(BIN)/python -m coverage erase
	JETSTREAM_TESTS=all COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(PYTEST) tests --ignore tests/next_dbt --ignore tests/dbt_2
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

# BigQuery's emulator has pins that contradict those of the project, and so has BigFrames.
$(EMULATOR)/.installed: tests/emulators/bigquery-requirements.txt
	$(PYTHON) -m venv $(EMULATOR)
	$(EMULATOR)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

$(EMULATOR)/bigframes/.installed: tests/emulators/bigframes-requirements.txt pyproject.toml | $(EMULATOR)/.installed
	$(PYTHON) -m venv $(EMULATOR)/bigframes
	$(EMULATOR)/bigframes/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	$(EMULATOR)/bigframes/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

NEXT_DBT := .next-dbt
NEXT_DBT_TESTS := tests/next_dbt tests/functional/test_selector.py tests/test_inside_dbt.py \
	tests/test_template_code.py tests/bigquery/test_in_process.py

$(NEXT_DBT)/.installed: requirements.lock tests/next_dbt/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(NEXT_DBT)
	$(NEXT_DBT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	$(NEXT_DBT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--requirement tests/next_dbt/requirements.txt
	$(NEXT_DBT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test-next-dbt: $(NEXT_DBT)/.installed $(EMULATOR)/.installed ## Build the demo, and try what extends dbt, with the next dbt
	JETSTREAM_TESTS=all $(NEXT_DBT)/bin/python -m pytest --numprocesses 2 --no-loadscope-reorder $(NEXT_DBT_TESTS)

# dbt 2 is one program; its own driver for DuckDB is not on PyPI, so it takes DuckDB's library.
DBT_2 := .dbt-2
LIBDUCKDB := https://registry.npmjs.org/@duckdb/node-bindings-linux-x64/-/node-bindings-linux-x64-1.5.6-r.1.tgz

$(DBT_2)/.installed: tests/dbt_2/requirements.txt
	$(PYTHON) -m venv $(DBT_2)
	$(DBT_2)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	curl --silent --show-error --fail $(LIBDUCKDB) | tar --extract --gzip --directory $(DBT_2) package/libduckdb.so
	printf 'manifest_version = 1\nname = "DuckDB"\n[Driver]\nentrypoint = "duckdb_adbc_init"\n[Driver.shared]\nlinux_amd64 = "%s"\n' \
		$(CURDIR)/$(DBT_2)/package/libduckdb.so > $(DBT_2)/duckdb.toml
	@touch $@

test-dbt-2: install $(DBT_2)/.installed ## Build an experiment with dbt 2 and `jetstream statistics`
	JETSTREAM_TESTS=all $(BIN)/python -m pytest tests/dbt_2

PLAIN_DBT_TESTS := $(addprefix tests/functional/test_,demo.py incremental.py run.py settled.py arrivals.py \
	export_command.py results.py completeness.py own_table.py plain_dbt.py)

test-plain-dbt: install $(EMULATOR)/.installed ## Build and export with dbt as it comes, nothing of it replaced
	JETSTREAM_PLAIN_DBT=1 JETSTREAM_TESTS=all $(PYTEST) $(PLAIN_DBT_TESTS)

calibrate: install ## Simulate experiments: how often do the intervals hold the truth?
	$(BIN)/python -P benchmarks/calibrate.py

benchmark-experiments: install ## Time a day's work on 100 experiments
	$(BIN)/python -P benchmarks/experiments.py

benchmark-overhead: install ## Time what dbt costs with nothing to compute, by experiments in the project
	$(BIN)/python -P benchmarks/overhead.py

benchmark-lifecycle: install ## Compare an experiment's whole life with the original's queries
	$(BIN)/python benchmarks/lifecycle.py --clients 10000 100000
	$(BIN)/python benchmarks/lifecycle.py --clients 10000 100000 --share 10

benchmark-inside-dbt: install ## Time what each replacement inside dbt gains on ten experiments
	$(BIN)/python -P benchmarks/inside_dbt.py

bench-check: install ## Fail where a small experiment costs more than the recorded bounds
	$(BIN)/python benchmarks/check.py

benchmark-shared-scan: install ## Compare one scan of a telemetry day for many experiments with a scan each
	$(BIN)/python -P benchmarks/shared_scan.py

scale-model: install ## Print what many experiments on many clients take: the tables of docs/scale.md
	$(BIN)/python -P benchmarks/scale_model.py

scale-counts: install ## Count an experiment's whole life, which the scale model is checked against
	$(BIN)/python -P benchmarks/life_counts.py --clients 10000 100000

benchmark: install ## Time the statistics against mozilla-jetstream, installed into benchmarks/.peer
	$(BIN)/python benchmarks/statistics.py

lint: install ## Check style and types, of the SQL that macros compile to as well
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/lint_sql.py

format: install ## Rewrite Python files in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Of dbt-core the one before the newest, as pyproject.toml's [tool.uv] says: the newest requires
# dbt-core-experimental-parser, whose installation downloads a program from outside of PyPI.
lock: ## Pin the newest versions that pyproject.toml allows
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/pip install --quiet uv
	$(VENV)/uv/bin/uv pip compile --quiet --upgrade --python-version 3.11 --extra dev \
		--no-annotate --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## Remove what builds leave behind
	rm -rf target logs export site jetstream.duckdb jetstream.duckdb.wal
