# `make help` lists what there is.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
GO          ?= go
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X main.version=$(VERSION)
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
FUZZTIME    ?= 20s
BENCH_SIZES ?= 1000 10000 100000

# Programs that read what we write, and systems that we read from, with the
# Debian package of each. Tests that need one say so where it is missing.
PROGRAMS := pdftotext:poppler-utils qpdf:qpdf soffice:libreoffice-calc prometheus:prometheus node:nodejs npm:npm chromium:chromium
PACKAGES := python3-openpyxl fonts-droid-fallback fonts-nanum

# Published descriptions of the APIs that our fakes are held to, by npm package:
# GitHub's OpenAPI (for its audit log that of Enterprise Cloud) and GraphQL, with the hashes of the files that we take; a
# client that checks Jira's answers against Atlassian's OpenAPI; and the schema
# of Atlassian's documents.
SCHEMAS := @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1 jira.js@6.2.0 @atlaskit/adf-schema@57.7.22
SCHEMA_SUMS := 829b4bebb19a53133289f7b0bc819f4f1118115821db2ca9f25e9ee995a7da2a  api.github.com.json\n\
3224a411049a9d421d42ae8575172d4cb4778f4a978afddd030168aaf6f3dd51  ghec.json\n\
3c62d0526d133cee53221c89de9b455ade24db78b9e7ad56d642c4c15bce2654  schema.graphql\n

.DEFAULT_GOAL := help
.PHONY: help build demo test check lint fmt bench fuzz golden tools schemas clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-8s %s\n", $$1, $$2}'

build: ## build bin/tickmark
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/tickmark ./cmd/tickmark

demo: build ## make an evidence package of the sample company, without credentials
	bin/tickmark demo --out out/demo

test: tools schemas ## run all tests, with the programs they need, and print the tables of outcomes
	@mkdir -p .cache
	@status=0; $(GO) test -timeout 30m -v ./... >.cache/test.log 2>&1 || status=$$?; \
	grep -E '^(ok|FAIL|panic:)|^ *--- FAIL|no test files' .cache/test.log || true; \
	table=$$(sed -n '/outcomes_test.go:[0-9]*: outcomes of /,/false met = /p' .cache/test.log | sed -E 's/^ *outcomes_test.go:[0-9]+: //; s/^ {8}//'); \
	echo; echo "$${table:-The outcomes of the sample company were not compared with its story.}"; echo; \
	skipped=$$(grep -A3 -E '^ *--- SKIP' .cache/test.log || true); \
	if [ -n "$$skipped" ]; then echo "Skipped:"; echo "$$skipped"; fi; \
	if [ $$status -ne 0 ]; then echo; echo "The whole log is .cache/test.log; what failed:"; grep -B40 -E '^ *--- FAIL' .cache/test.log | tail -200; exit $$status; fi; \
	if [ -n "$$skipped" ] && [ "$${CI:-}" = true ]; then echo "In CI no test may be skipped."; exit 1; fi

check: lint ## vet, lint, race detector, and builds for every platform
	$(GO) test -race -short ./...
	@for p in $(PLATFORMS); do echo "build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./cmd/tickmark; done

lint: ## format, vet, and golangci-lint where it is installed
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change:"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed; skipped"; fi

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

bench: ## measure populations of BENCH_SIZES changes, from end to end
	@mkdir -p .cache
	@echo "A simulated GitHub lists so many pull requests, a twentieth as many commits pushed by hand,"
	@echo "and deployments; Go's heap is the reader's alone. The year is read, read again the next day,"
	@echo "and made once more from the vault, without any system."; echo
	@printf '%9s | %9s %8s %8s | %9s %8s | %9s | %7s | %8s %9s\n' 'changes' 'requests' 'seconds' 'heap MB' 'next day' 'seconds' 'rebuild s' 'query s' 'vault MB' 'ledger MB'
	@for n in $(BENCH_SIZES); do \
	  $(GO) test -run '^$$' -bench "^BenchmarkPopulation/^$$n$$" -benchtime 1x -timeout 60m ./internal/run >.cache/bench.log 2>&1 || { cat .cache/bench.log; exit 1; }; \
	  awk '/^BenchmarkPopulation/ { for (i = 3; i < NF; i += 2) v[$$(i+1)] = $$i; \
	    printf "%9d | %9d %8.1f %8.0f | %9d %8.1f | %9.1f | %7.2f | %8.1f %9.1f\n", v["changes"], v["requests"], v["s"], v["heap-MB"], v["next-requests"], v["next-s"], v["rebuild-s"], v["query-s"], v["vault-MB"], v["ledger-MB"] }' .cache/bench.log; \
	done

fuzz: ## run each fuzz test for FUZZTIME (20s)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p; \
	  done; \
	done

golden: ## write the golden files anew; read the difference before you commit it
	UPDATE_GOLDEN=1 $(GO) test ./render/... ./templates ./internal/pack

tools:
	@missing=""; for p in $(PROGRAMS); do command -v $${p%%:*} >/dev/null || missing="$$missing $${p#*:}"; done; \
	if command -v dpkg >/dev/null; then for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; fi; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "Not installed:$$missing (tests that need them are skipped)"; exit 0; fi; \
	as=""; if [ "$$(id -u)" != 0 ]; then as="sudo"; fi; \
	echo "Installing:$$missing"; \
	$$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
	  echo "Not installed:$$missing (tests that need them are skipped)"

schemas: ## fetch the published descriptions that our fakes are held to
	@mkdir -p .cache/schemas && cd .cache/schemas && \
	if [ -d jira.js ] && [ -d adf-schema ] && printf '$(SCHEMA_SUMS)' | sha256sum -c --quiet --status 2>/dev/null; then exit 0; fi; \
	if ! command -v npm >/dev/null; then echo "npm is not installed: tests that need the published schemas are skipped"; exit 0; fi; \
	npm pack --silent $(SCHEMAS) >/dev/null && \
	tar -xzf octokit-openapi-*.tgz --strip-components=2 package/generated/api.github.com.json package/generated/ghec.json && \
	tar -xzf octokit-graphql-schema-*.tgz --strip-components=1 package/schema.graphql && \
	mkdir -p jira.js adf-schema && \
	tar -xzf jira.js-*.tgz -C jira.js --strip-components=1 && \
	tar -xzf atlaskit-adf-schema-*.tgz -C adf-schema --strip-components=1 && \
	rm *.tgz && printf '$(SCHEMA_SUMS)' | sha256sum -c --quiet

clean: ## remove what was built
	rm -rf bin out .cache
