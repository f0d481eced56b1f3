# The two commands of the README are `make demo` and `make test`. Both set everything up themselves
# and share one build profile, so that the second does not compile what the first has compiled.

CARGO ?= cargo
CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR

.DEFAULT_GOAL := help
.PHONY: help demo build test check clean libduckdb

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build elt, then land the sample payloads and build bronze, silver and gold with their tests
	"$(CARGO_TARGET_DIR)/release/elt" build --ingest

build: libduckdb ## build the program (target/release/elt)
	$(CARGO) build --release --locked

test: libduckdb ## run every test
	$(CARGO) test --release --locked

check: libduckdb ## formatting and lints, as in CI
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings

libduckdb: # the pinned library, once; nothing is fetched where DUCKDB_LIB_DIR already points at one
	@if [ -z "$$DUCKDB_LIB_DIR" ]; then script/fetch-libduckdb; fi

clean: ## remove what was built (not the fetched library)
	$(CARGO) clean
