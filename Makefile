# The two commands of the README are `make demo` and `make test`. Both set everything up themselves
# and share one build profile, so that the second does not compile what the first has compiled.

CARGO ?= cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR

.DEFAULT_GOAL := help
.PHONY: help demo build test check sandbox bench clean libduckdb test-tools

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build elt, then land the sample payloads and build bronze, silver and gold with their tests
	"$(CARGO_TARGET_DIR)/release/elt" build --ingest

build: libduckdb ## build the program (target/release/elt)
	$(CARGO) build --release --locked

test: libduckdb test-tools ## run every test
	$(CARGO) test --release --locked

check: libduckdb ## formatting and lints, as in CI
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings

sandbox: build ## try a BigQuery account with the example project: PROJECT=… DATASET=… [LOCATION=…]
	@script/sandbox "$(PROJECT)" "$(DATASET)" $(LOCATION)

bench: libduckdb ## measure the parser, and the scheduler against a server that answers as BigQuery does
	$(CARGO) bench --locked --bench parsing
	$(CARGO) bench --locked --bench scheduler

libduckdb: # the pinned library, once; nothing is fetched where DUCKDB_LIB_DIR already points at one
	@if [ -z "$$DUCKDB_LIB_DIR" ]; then script/fetch-libduckdb; fi

# What only tests need (Google's analyzer, the emulators of BigQuery and of Cloud Storage), once, into a
# cache folder. Where one cannot be had, the tests that need it say that they are not run; in CI they
# must be.
test-tools:
	@for tool in googlesql-analyzer bigquery-emulator storage-emulator; do \
		script/$$tool/setup >/dev/null && continue; \
		if [ -n "$$ELT_TEST_TOOLS_REQUIRED" ]; then exit 1; fi; \
		echo "warning: without $$tool the tests that need it are not run" >&2; \
	done

clean: ## remove what was built (not the fetched library)
	$(CARGO) clean
