# Every target sets up what it needs. PORT=8123 make run takes another port; DEMO=0 leaves the demo data out.
# make test T=tests/accounts runs a part of the tests, and so do T=path::name and T="-k words".
PYTHON ?= python3
BIN := .venv/bin
export DEMO ?= 1
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
PYTEST := $(BIN)/python -m pytest -q
PARALLEL := -n auto --maxprocesses 4 --dist worksteal

.PHONY: run dev test lint format bench drill lock messages shots
.DEFAULT_GOAL := run

# A stamp is written last, so that a half-made environment is made again.
.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test ! -L .venv || { echo ".venv is a link: making it anew would empty the folder that it leads to. Remove the link first."; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing, about a minute the first time …"
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.txt
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/runtime
	@LOCAL=1 PUBLIC_URL=$${PUBLIC_URL:-http://localhost:$${PORT:-8000}} exec $(BIN)/python manage.py run

# The same, with Django's server, which loads changed code anew and shows errors; the worker does not.
dev: export DEBUG = 1
dev: run

%.mo: %.po | .venv/development
	SECRET_KEY=$@ $(BIN)/python manage.py compilecatalogues

lint: .venv/development $(CATALOGUES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --check --lint templates
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DEMO=0 PUBLIC_URL=https://portal.test ALLOWED_HOSTS=portal.test EMAIL_URL=smtp://mail.test SUPPORT_EMAIL=help@portal.test \
	TRUSTED_PROXY_COUNT=1 OPERATOR_NAME=Operator OPERATOR_ADDRESS=Incheon \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/development
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat templates

ifdef T
test: .venv/development $(CATALOGUES)
	$(PYTEST) $(T)
else
test: lint
	$(PYTEST) $(PARALLEL) --ignore tests/e2e --cov --cov-report term:skip-covered --cov-fail-under 85
	@if [ -z "$(CHROMIUM)" ]; then \
	echo "###### NO CHROMIUM: THE BROWSER TESTS DID NOT RUN. Install chromium, then make test again. ######"; [ -z "$$CI" ]; \
	else $(PYTEST) $(PARALLEL) tests/e2e; fi
endif

# make bench B=server runs one of them.
bench: .venv/development
	@for name in $(or $(B),search invitations server); do $(BIN)/python bench/$$name.py || exit 1; done

# Attacks a portal of its own and shows whether others still get in; 4 minutes at most.
drill: .venv/runtime
	$(BIN)/python -m drill

lock: .venv/development
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11 --group dev -c requirements.txt -o requirements-dev.txt

messages: .venv/development
	$(BIN)/python manage.py makemessages -l ko --no-obsolete --add-location file --ignore .venv --ignore var

# The pictures of the help pages, taken from the demo; it has to be running on PORT.
shots: .venv/development
	$(BIN)/python -m tests.e2e.shots http://localhost:$${PORT:-8000}
