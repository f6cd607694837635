# Builds, tests and runs bank-mfa. `make` alone lists the targets.
#
# Versions are pinned in one place each: Rust in rust-toolchain.toml, crates and wasm-bindgen's command line in
# Cargo.lock and tests/fuzz/Cargo.lock, npm packages in tests/package-lock.json, tests/matrix/package-lock.json,
# tests/bench/package-lock.json, tests/mutants/package-lock.json,
# tests/release/package-lock.json and www/docs/package-lock.json.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
# A cargo or make that inherits these warns that it cannot use the jobserver of the make that calls it.
unexport MAKEFLAGS MFLAGS
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"/\1/p}' Cargo.lock)

WASM32 := wasm32-unknown-unknown
BINDGEN := .tools/wasm-bindgen-$(BINDGEN_VERSION)/bin
NPM := tests/node_modules/.package-lock.json
BIN := tests/node_modules/.bin
DOCS_NPM := www/docs/node_modules/.package-lock.json
BENCH_NPM := tests/bench/node_modules/.package-lock.json
MATRIX_NPM := tests/matrix/node_modules/.package-lock.json
MATRIX_NPM_ALL := tests/matrix/node_modules/.all
RELEASE_NPM := tests/release/node_modules/.package-lock.json
MUTANTS_NPM := tests/mutants/node_modules/.package-lock.json

# The wasms: all flows in one, and those with a single cargo feature.
SINGLE := flinks mx calls simulator
GLUE := $(addprefix target/glue/wasm/,$(addsuffix _inline.js,bank_mfa $(SINGLE)))
PACKAGE := target/pkg/package.json
TARBALL := target/bank-mfa-$(VERSION).tgz
INSTALLED := target/app/node_modules/.package-lock.json
SITE := target/site/index.html

# Debian's paths. Set these variables if the programs are elsewhere.
export CHROMIUM ?= /usr/bin/chromium
export CHROMEDRIVER ?= /usr/bin/chromedriver
export FIREFOX ?= /usr/bin/firefox-esr
export WEBKIT_DRIVER ?= /usr/bin/WebKitWebDriver
export XVFB ?= /usr/bin/Xvfb

.PHONY: help
help: ## print this list
	@sed -nE 's/^([a-z-]+):.* ## (.*)/  make \1\t\2/p' Makefile | expand -t 20

# Tools ---------------------------------------------------------------------------------------

.PHONY: tools
tools: rust $(BINDGEN) $(NPM) chromium browsers postgres ## install the missing tools, browsers and PostgreSQL among them

.PHONY: rust
rust:
	@test -d "$$(rustc --print target-libdir --target $(WASM32))" || rustup toolchain install

$(BINDGEN): | rust
	cargo install wasm-bindgen-cli --version $(BINDGEN_VERSION) --locked --root $(@D) \
	  --bin wasm-bindgen --bin wasm-bindgen-test-runner

$(NPM): tests/package.json tests/package-lock.json
	npm ci --prefix tests

.PHONY: chromium
chromium:
	@sh tests/tools/chromium.sh

.PHONY: browsers
browsers: chromium
	@sh tests/tools/browsers.sh

.PHONY: postgres
postgres:
	@sh tests/tools/postgres.sh

# The package ---------------------------------------------------------------------------------

.PHONY: build
build: $(PACKAGE) ## build the wasms and the npm package, in target/pkg

# Only cargo knows the sources of a wasm, so make always runs it. If no source changed, cargo keeps the wasm's file and
# make skips what depends on it. Each build has a folder of its own, as all write a file of the same name.
# The remapped prefixes keep the builder's paths out of shipped files: of the crates, and of the standard library, which
# rustc names by its local path if the component rust-src is installed. -Dwarnings finds code that one feature alone
# leaves unused.
REMAP = '--remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo', \
  '--remap-path-prefix=$(shell rustc --print sysroot)/lib/rustlib/src/rust=rust'
# LLVM inlines little: its own measure of size is one of machine code, and costs 1% of the bytes after brotli.
INLINE := '-Cllvm-args=-inline-threshold=10',
# As a list, because paths may contain spaces.
CARGO_BUILD = cargo build --release --lib --target $(WASM32) \
  --config "target.$(WASM32).rustflags = [$(REMAP), $(INLINE) '-Dwarnings']"

target/$(WASM32)/release/bank_mfa.wasm: always rust
	$(CARGO_BUILD)

# No page ships the simulator, so its build is fast instead of small.
target/simulator/%: INLINE :=
target/simulator/%: export CARGO_PROFILE_RELEASE_LTO := off
target/simulator/%: export CARGO_PROFILE_RELEASE_INCREMENTAL := true
target/simulator/%: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 16

# A build with a single feature.
target/%/$(WASM32)/release/bank_mfa.wasm: always rust
	$(CARGO_BUILD) --target-dir target/$* --no-default-features --features $*

# The sources of the pattern rule below.
target/glue/wasm/bank_mfa_inline.js: target/$(WASM32)/release/bank_mfa.wasm
$(SINGLE:%=target/glue/wasm/%_inline.js): target/glue/wasm/%_inline.js: target/%/$(WASM32)/release/bank_mfa.wasm

# wasm-opt reads from the wasm which features rustc used, so it needs no flags for them, and the cargo profile no `strip`.
# If a panic is reachable, the build stops. What is left of panics traps at once, without a message, which saves 5%.
# Functions with one caller are inlined only if they are tiny: that gives more bytes, but 2% fewer after brotli.
# `--flatten --rereloop` builds the blocks and branches anew, which saves 1%.
# Similar functions are neighbours, which saves 2%. The levels of the last line concern only how code is written.
# wasm-opt is itself a wasm, which runs faster with node's baseline compiler, Liftoff.
# wasm-bindgen names imports and exports with hashes, twice: in the wasm and in its JavaScript. wasm-opt shortens those in
# the wasm, and adapt-glue.mjs those in the JavaScript.
# With the glue's default path to the wasm, bundlers would ship the wasm twice.
WASM_OPT := node --liftoff-only $(BIN)/wasm-opt
define OPTIMISE
	node --liftoff-only tests/tools/trap-on-panic.mjs $(1)
	$(WASM_OPT) --one-caller-inline-max-function-size=20 --flatten --rereloop -Oz -Oz $(1) -o $(1)
	node --liftoff-only tests/tools/order-functions.mjs $(1)
endef
target/glue/wasm/simulator_inline.js: OPTIMISE :=

GLUE_TOOLS := $(addprefix tests/tools/,panics.mjs trap-on-panic.mjs order-functions.mjs adapt-glue.mjs)
target/glue/wasm/%_inline.js: $(GLUE_TOOLS) $(NPM) | $(BINDGEN)
	$(BINDGEN)/wasm-bindgen --target web --omit-default-module-path \
	  --out-dir $(@D) --out-name $* $(filter %.wasm,$^)
	$(call OPTIMISE,$(@D)/$*_bg.wasm)
	$(WASM_OPT) --optimize-level=2 --shrink-level=2 --strip-debug --strip-producers --strip-target-features \
	  $(@D)/$*_bg.wasm -o $(@D)/$*_bg.wasm --minify-imports-and-exports-and-modules > $(@D)/$*.names.json
	node tests/tools/adapt-glue.mjs $(@D) $*

# What the build checks, with the functions that may fail and their reasons. No page ships the simulator.
PANICS := $(patsubst %,target/panics/%_bg.wasm,$(filter-out simulator,bank_mfa $(SINGLE)))
target/panics/bank_mfa_bg.wasm: target/$(WASM32)/release/bank_mfa.wasm
$(SINGLE:%=target/panics/%_bg.wasm): target/panics/%_bg.wasm: target/%/$(WASM32)/release/bank_mfa.wasm
target/panics/%_bg.wasm: $(NPM) | $(BINDGEN)
	@$(BINDGEN)/wasm-bindgen --target web --out-dir $(@D) --out-name $* $(filter %.wasm,$^)

.PHONY: panics
panics: $(PANICS) ## list the functions of each wasm but the simulator's that can panic, throw or trap, and why none does
	@node --liftoff-only tests/tools/panics.mjs $^

THIRD_PARTY := tests/tools/third-party.mjs
PACKAGED := pkg-template/package.json pkg-template/openapi.json pkg-template/README.md LICENSE-APACHE LICENSE-MIT

# npm packs the modes of files, which must not depend on the builder's umask.
$(PACKAGE): $(GLUE) $(PACKAGED) $(THIRD_PARTY) Cargo.toml Cargo.lock rust-toolchain.toml \
  pkg-template/tsconfig.json $(wildcard pkg-template/worker/*) \
  $(shell find pkg-template/src -name '*.ts' -o -name tsconfig.json) tests/tools/check-manifest.mjs \
  $(shell find www/site www/server -type f)
	rm -rf $(@D)
	$(BIN)/tsc --project pkg-template
	$(BIN)/tsc --project pkg-template/src/cli
	chmod +x $(@D)/dist/cli/main.js
	cp -r target/glue/wasm $(@D)/dist/
	cp -r pkg-template/worker $(@D)/
	mkdir $(@D)/demo
	cp -r www/site www/server $(@D)/demo/
	cp $(PACKAGED) $(@D)/
	node $(THIRD_PARTY) > $(@D)/THIRD-PARTY-LICENSES
	chmod -R u=rwX,go=rX $(@D)
	node tests/tools/check-manifest.mjs $(@D) $(VERSION)

.PHONY: pack
pack: $(TARBALL) ## pack the npm tarball, in target/

$(TARBALL): $(PACKAGE)
	npm pack ./target/pkg --pack-destination target --silent

# The tarball as users have it: installed into an empty folder.
$(INSTALLED): $(TARBALL)
	rm -rf target/app && mkdir target/app
	echo '{ "private": true, "type": "module" }' > target/app/package.json
	npm install --prefix target/app --offline --no-package-lock --silent ./$(TARBALL)

.PHONY: size
size: $(INSTALLED) $(NPM) ## check brotli sizes of minimal apps against tests/size/budget.json
	@node tests/tools/size.mjs target/app

.PHONY: site
site: $(SITE) ## build the guide, the API reference and the demo as a static site, in target/site

$(DOCS_NPM): www/docs/package.json www/docs/package-lock.json
	npm ci --prefix www/docs

# SITE_BASE is the path of the site on its server, such as /bank-mfa/.
$(SITE): $(PACKAGE) $(DOCS_NPM) $(NPM) $(shell find www/docs www/site -name node_modules -prune -o -type f -print)
	node www/docs/build.mjs

.PHONY: demo
demo: $(PACKAGE) ## build and serve the demo, and print its address
	@node target/pkg/dist/cli/main.js demo

# Tests ---------------------------------------------------------------------------------------

COUNT_TESTS := node tests/tools/count-tests.mjs
KINDS := rust wasm-node wasm-chromium package element edge crash swarm demo-page demo-flows examples docs matrix bench \
  fuzz release upgrade

# Four at a time, as the tests mostly wait. The output of each part is printed in one piece. The longest parts are first.
# A line with $(MAKE) itself would run also in a dry run, `make -n`.
PARALLEL_MAKE = $(MAKE) --no-print-directory --jobs=4 --output-sync=target

.PHONY: test
test: tools ## run everything, and print the counts at the end
	@$(PARALLEL_MAKE) test-demo test-docs test-examples test-package test-element test-edge test-crash test-swarm test-bench \
	  test-fuzz test-wasm test-matrix test-release test-upgrade check size
	@$(COUNT_TESTS) report $(KINDS)

.PHONY: check
check: lint types test-rust ## the quick loop: format, lints, import cycles, types and the Rust tests

# Not the HTML, in which white space is text.
PRETTIER := $(BIN)/prettier --config tests/prettier.json --log-level warn \
  'pkg-template/src/**/*.ts' 'tests/**/*.{js,jsx,mjs,ts,tsx}' 'www/**/*.{js,jsx,mjs,css}' 'www/examples/**/*.json' \
  'src/simulator/**/*.{js,css}' --cache --cache-location target/prettier

.PHONY: lint
lint: rust $(NPM) ## check the format, import cycles, and clippy for the host and wasm32
	cargo fmt --check
	$(PRETTIER) --check
	$(BIN)/oxlint --config tests/oxlint.json --quiet pkg-template/src tests www
	cargo clippy --all-targets --features calls,simulator -- -D warnings
	cargo clippy --target $(WASM32) --lib --test wasm --features calls,simulator -- -D warnings

.PHONY: types
types: $(GLUE) $(NPM) ## check the types of the package and of its consumers
	$(BIN)/tsc --project pkg-template --noEmit
	$(BIN)/tsc --project pkg-template/src/cli --noEmit
	$(BIN)/tsc --project tests/package/consumers.tsconfig.json

.PHONY: test-rust
test-rust: rust ## test the core and the simulator on the host
	@$(COUNT_TESTS) run rust cargo test --features calls,simulator

CARGO_TEST_WASM := CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(CURDIR)/$(BINDGEN)/wasm-bindgen-test-runner \
  WASM_BINDGEN_TEST_TIMEOUT=120
WASM_TESTS := cargo test --target $(WASM32) --test wasm --features calls,simulator

.PHONY: test-wasm
test-wasm: chromium rust | $(BINDGEN) ## test the wasm exports in Node and in Chromium
	@$(CARGO_TEST_WASM) $(COUNT_TESTS) run wasm-node $(WASM_TESTS)
	@$(CARGO_TEST_WASM) WASM_BINDGEN_USE_BROWSER=1 $(COUNT_TESTS) run wasm-chromium $(WASM_TESTS)

# One process for each part. A test that hangs fails after a minute; 900 seconds are more than any part takes.
NODE_TEST := timeout 900 node --disable-warning=ExperimentalWarning --test-force-exit --test-reporter=spec tests/tools/run-in-one-process.mjs

.PHONY: test-package
test-package: chromium $(INSTALLED) $(NPM) ## test the packed tarball in Node, workerd and Chromium
	@BANK_MFA_TARBALL=$(CURDIR)/$(TARBALL) BANK_MFA_APP=$(CURDIR)/target/app \
	  $(COUNT_TESTS) run package $(NODE_TEST) tests/lib/*.test.mjs tests/package/*.test.mjs

.PHONY: test-element
test-element: chromium $(INSTALLED) $(NPM) ## test the tarball's web component in Chromium
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run element $(NODE_TEST) tests/element/*.test.mjs

.PHONY: test-edge
test-edge: postgres $(INSTALLED) $(NPM) ## test the tarball's edge in Node, with PostgreSQL
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run edge $(NODE_TEST) tests/edge/*.test.mjs

.PHONY: test-crash
test-crash: postgres $(INSTALLED) $(NPM) ## test a few flows of make crash
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run crash $(NODE_TEST) tests/crash/*.test.mjs

.PHONY: test-docs
test-docs: chromium $(INSTALLED) $(SITE) ## compile and run the code blocks of the guide, and test the site
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run docs $(NODE_TEST) tests/docs/*.test.mjs

.PHONY: test-examples
test-examples: chromium postgres $(INSTALLED) $(NPM) ## test the examples of www/examples with the tarball
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run examples $(NODE_TEST) tests/examples/*.test.mjs

# The packages of the whole matrix, and without those that only *.whole.test.mjs needs.
$(MATRIX_NPM): tests/matrix/package.json tests/matrix/package-lock.json
	npm ci --prefix tests/matrix --omit=dev

$(MATRIX_NPM_ALL): tests/matrix/package.json tests/matrix/package-lock.json
	npm ci --prefix tests/matrix
	touch $@

MATRIX := $(wildcard tests/matrix/*.test.mjs)
MATRIX_TEST = BANK_MFA_TARBALL=$(CURDIR)/$(TARBALL) BANK_MFA_APP=$(CURDIR)/target/app \
  $(COUNT_TESTS) run matrix $(NODE_TEST)

.PHONY: test-matrix
test-matrix: browsers $(INSTALLED) $(NPM) $(MATRIX_NPM) ## test the tarball in each runtime and browser
	@$(MATRIX_TEST) $(filter-out %.whole.test.mjs,$(MATRIX))

# A browser that cannot be installed is a cell of the table, and fails it.
.PHONY: matrix
matrix: $(INSTALLED) $(NPM) $(MATRIX_NPM_ALL) ## test the tarball in each runtime, browser, test runner and bundler, and print the table
	-@sh tests/tools/chromium.sh
	-@sh tests/tools/browsers.sh
	@node tests/matrix/table.mjs --clear
	-@$(MATRIX_TEST) $(MATRIX)
	@node tests/matrix/table.mjs --write

$(RELEASE_NPM): tests/release/package.json tests/release/package-lock.json
	npm ci --prefix tests/release

.PHONY: test-release
test-release: $(INSTALLED) $(NPM) $(RELEASE_NPM) ## test the types, the licences and the changelog of the package
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run release $(NODE_TEST) tests/release/*.test.mjs

.PHONY: api
api: $(PACKAGE) $(RELEASE_NPM) ## record the types and formats of the package, and the lines of CHANGELOG.md, in tests/release
	@node tests/release/record-api.mjs

# FLOWS=all runs all flows over two builds.
.PHONY: test-upgrade
test-upgrade: postgres $(INSTALLED) $(NPM) ## test the records that other releases have stored
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run upgrade $(NODE_TEST) tests/upgrade/*.test.mjs

# A set never changes: the command refuses to write one anew. SET is its name.
SET := $(VERSION)
.PHONY: fixtures
fixtures: $(INSTALLED) ## write the records of this release, which later ones must read; once, when it is released
	@node tests/upgrade/write.mjs $(CURDIR)/target/app '$(SET)'

$(MUTANTS_NPM): tests/mutants/package.json tests/mutants/package-lock.json
	npm ci --prefix tests/mutants

CARGO_MUTANTS := .tools/cargo-mutants-27.1.0/bin/cargo-mutants

# PART is a file or folder of src/, but not of src/js/, or of pkg-template/src/edge/ and pkg-template/src/flow/. A folder
# of the latter can take hours: QUICK=5 runs only 5 seconds of tests for each mistake. The compiled crates are kept in a
# folder of their own, beside the reports.
.PHONY: mutants
ifdef PART
ifeq ($(wildcard $(PART)),)
$(error there is no $(PART))
endif
ifneq ($(filter src/js src/js/%,$(PART)),)
$(error $(PART) is tested from JavaScript only, so no Rust test would notice a mistake in it)
endif
endif
ifeq ($(filter pkg-template/%,$(PART)),)
mutants: $(CARGO_MUTANTS) ## change the code of PART, one mistake at a time, and list the mistakes that no test notices
	@test -n '$(PART)' || { echo 'PART=src/flow/timing.rs, for example'; exit 1; }
	@node tests/mutants/core.mjs $(CARGO_MUTANTS) '$(PART)'
else
mutants: postgres $(INSTALLED) $(NPM) $(MUTANTS_NPM)
	@cd pkg-template && PART='$(PART)' QUICK='$(QUICK)' ../tests/mutants/node_modules/.bin/stryker run ../tests/mutants/stryker.config.mjs
endif

# The tools of a release, which only a release needs: they take some minutes to compile.
CARGO_DENY := .tools/cargo-deny-0.20.2/bin/cargo-deny
CARGO_CYCLONEDX := .tools/cargo-cyclonedx-0.5.9/bin/cargo-cyclonedx
$(CARGO_DENY) $(CARGO_CYCLONEDX) $(CARGO_MUTANTS): | rust
	cargo install $(@F) --version $(patsubst .tools/$(@F)-%/bin/,%,$(dir $@)) --locked --root $(patsubst %/bin/,%,$(dir $@))

# STEPS=names selects checks. ALLOW_UNCHECKED=names accepts those that need a network. RECORD=1 records a release whose checks
# have all been made.
.PHONY: release
release: $(INSTALLED) $(NPM) $(RELEASE_NPM) | $(CARGO_DENY) $(CARGO_CYCLONEDX) ## check a release: builds, licences, SBOM, advisories, API, sizes, changelog
	@CARGO_DENY=$(CURDIR)/$(CARGO_DENY) CARGO_CYCLONEDX=$(CURDIR)/$(CARGO_CYCLONEDX) node tests/release/release.mjs

# FLOWS=pattern selects flows by name.
.PHONY: crash
crash: postgres $(INSTALLED) $(NPM) ## kill a worker at every point of every flow
	@BANK_MFA_APP=$(CURDIR)/target/app node tests/crash/crash.mjs '$(FLOWS)'

# SEEDS=1-1000 selects the seeds, and JOBS=2 the number of processes. OTHER='another build' or 'the next format' is a release
# that runs beside this one, and BANK_MFA_APP_OTHER the folder of any other one.
.PHONY: swarm
swarm: $(INSTALLED) $(NPM) ## run whole systems from seeds, in which everything goes wrong: SEEDS=1-1000 JOBS=1
	@BANK_MFA_APP=$(CURDIR)/target/app OTHER='$(OTHER)' node tests/swarm/swarm.mjs '$(SEEDS)'

.PHONY: test-swarm
test-swarm: $(INSTALLED) $(NPM) ## test some seeds of make swarm, and that it finds mistakes
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run swarm $(NODE_TEST) tests/swarm/*.test.mjs

# STATES bounds the states of each pair, PAIRS selects pairs by a part of their name.
.PHONY: explore
explore: rust ## search the states of each flow with each simulated bank, breadth first; ten minutes
	@STATES='$(STATES)' PAIRS='$(PAIRS)' cargo test --quiet --profile search --features calls,simulator --test explore -- \
	  --ignored --nocapture

# SECONDS or RUNS limit each target, TARGETS=names selects targets, MERGE=1 keeps what is new in tests/fuzz/corpus,
# PLANT=1 looks for a planted panic. Needs a C++ compiler, for LLVM's libFuzzer.
FUZZ := SECONDS='$(SECONDS)' RUNS='$(RUNS)' TARGETS='$(TARGETS)' MERGE='$(MERGE)' PLANT='$(PLANT)'

.PHONY: fuzz
fuzz: rust ## fuzz the core, guided by its coverage
	@$(FUZZ) node tests/fuzz/fuzz.mjs

.PHONY: fuzz-js
fuzz-js: $(INSTALLED) ## fuzz the pages' messages, landing addresses, and the edge's requests and records
	@$(FUZZ) BANK_MFA_APP=$(CURDIR)/target/app node tests/fuzz/js/fuzz.mjs

.PHONY: test-fuzz
test-fuzz: $(INSTALLED) $(NPM) ## run the fuzz corpus through the wasms and the TypeScript that ship
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run fuzz $(NODE_TEST) tests/fuzz/*.test.mjs tests/fuzz/js/*.test.mjs

# Takes some minutes. Run it on an idle machine, as CPU times are longer on a busy one.
.PHONY: load
load: $(INSTALLED) $(NPM) ## run a thousand flows at once, and check the edge's CPU time against tests/load/budget.json
	@BANK_MFA_APP=$(CURDIR)/target/app node tests/load/load.mjs

# The engines field of ky asks for Node 22, but what is measured of it runs in Node 20.
$(BENCH_NPM): tests/bench/package.json tests/bench/package-lock.json
	npm ci --prefix tests/bench --loglevel error

# Takes up to 15 minutes. Run it on an idle machine. PARTS=names selects parts.
.PHONY: bench
bench: chromium $(INSTALLED) $(NPM) $(BENCH_NPM) ## compare bank-mfa with other programs, for the page Measured of the guide
	@BANK_MFA_APP=$(CURDIR)/target/app PARTS='$(PARTS)' node tests/bench/bench.mjs

.PHONY: test-bench
test-bench: chromium $(INSTALLED) $(NPM) $(BENCH_NPM) ## run each part of the bench once
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run bench $(NODE_TEST) tests/bench/*.test.mjs

.PHONY: test-demo
test-demo: test-demo-flows test-demo-page ## test the demo in Chromium

# In two parts: the kinds of flow, and the rest.
DEMO := $(wildcard tests/demo/*.test.mjs)
DEMO_FLOWS := $(filter $(addprefix tests/demo/,connect% edge% mx% reconnect%),$(DEMO))

.PHONY: test-demo-flows test-demo-page
test-demo-flows: chromium $(INSTALLED) $(NPM)
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run demo-flows $(NODE_TEST) $(DEMO_FLOWS)

test-demo-page: chromium $(INSTALLED) $(NPM)
	@BANK_MFA_APP=$(CURDIR)/target/app $(COUNT_TESTS) run demo-page $(NODE_TEST) $(filter-out $(DEMO_FLOWS),$(DEMO))

# Housekeeping --------------------------------------------------------------------------------

.PHONY: fmt
fmt: rust $(NPM) ## format the code
	cargo fmt
	$(PRETTIER) --write

.PHONY: clean
clean: ## remove target/, but not the tools
	rm -rf target

.PHONY: always
always:
