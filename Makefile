# Passeur. `make help` says what there is.
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench bench-long flame corpus mutants referees contexts lock settings conformance screenshots

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## the environment: a venv with the locked dependencies
$(STAMP): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh $(VENV)
	@touch $@

demo: $(STAMP) ## two nodes, a wallet, two verifiers, and the drone story over HTTP (ONCE=1: play it and stop)
	@$(VENV)/bin/passeur demo $(if $(ONCE),--once)

test: $(STAMP) ## every test, with PostgreSQL and a real browser (ARGS="-k word" to narrow)
	@$(PY) tests/run.py $(ARGS)

check: $(STAMP) ## ruff, mypy, import-linter, migrations, messages, settings and conformance pages
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m web.i18n issuer_node wallet verifier passeur
	$(PY) tools/check_migrations.py
	$(PY) tools/settings_page.py --check
	$(PY) -m tools.conformance_page --check

format: $(STAMP) ## put the code in shape
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(STAMP) ## figures of the library and of the services, as ratios in one run; writes bench/latest.json
	@$(PY) -m bench.run

bench-long: $(STAMP) ## a session of 10,000 badges on all cores, and a million verifications (COUNT=n) in one process
	@$(PY) -m bench.growing $(COUNT)

flame: $(STAMP) ## a flame graph of verifying credentials, in flame.svg
	@$(VENV)/bin/py-spy record --rate 500 --output flame.svg -- $(PY) -m bench.flame

corpus: $(STAMP) ## the hostile corpus (tests/corpus): every case, its verdict and its code
	@$(PY) -m tests.corpus.run

mutants: $(STAMP) ## 100,000 mutants (COUNT=n) of valid artefacts: what is accepted shows what was signed
	@$(PY) -m tests.mutants.run --count $(or $(COUNT),100000)

referees: $(STAMP) ## 100,000 generated documents (COUNT=n): our single pass beside PyLD and pyoxigraph
	@PASSEUR_EXAMPLES=$(or $(COUNT),100000) $(PY) -m pytest -q -p no:cacheprovider tests/unit/contexts/test_referees.py

contexts: $(STAMP) ## fetch the published contexts and schemas again and compare every byte
	@$(PY) -m contexts.refresh
	@$(PY) -m contexts.refresh credentials/schemas/documents schemas

settings: $(STAMP) ## docs/settings.md, anew from the settings classes
	@$(PY) tools/settings_page.py

conformance: $(STAMP) ## docs/conformance.md, anew from docs/conformance/ and the marks of the tests
	@$(PY) -m tools.conformance_page

screenshots: $(STAMP) ## the pictures in docs/screenshots, from real Chromium
	@PASSEUR_SCREENSHOTS=docs/screenshots $(PY) tests/run.py tests/browser

lock: $(STAMP) ## resolve the dependencies anew (needs uv)
	uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --upgrade \
	  pyproject.toml --group dev -o requirements.lock
