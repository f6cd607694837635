# The one way to build, test and run bank-mfa; `make` alone lists the targets.
#
# Every version is pinned elsewhere, each in one place: Rust in rust-toolchain.toml, crates and
# wasm-bindgen's command line in Cargo.lock, npm packages in tests/package-lock.json.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"/\1/p}' Cargo.lock)

WASM32 := wasm32-unknown-unknown
BINDGEN := .tools/wasm-bindgen-$(BINDGEN_VERSION)/bin
NPM := tests/node_modules/.package-lock.json
BIN := tests/node_modules/.bin

GLUE := $(addprefix target/glue/wasm/,bank_mfa_inline.js calls_inline.js simulator_inline.js)
PACKAGE := target/pkg/package.json
TARBALL := target/bank-mfa-$(VERSION).tgz
INSTALLED := target/app/node_modules/.package-lock.json
EDGE := target/demo/edge.js

# Where Debian puts them; set these for another place.
export CHROMIUM ?= /usr/bin/chromium
export CHROMEDRIVER ?= /usr/bin/chromedriver

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z-]+):.* ## (.*)/  make \1\t\2/p' Makefile | expand -t 20

# Tools ---------------------------------------------------------------------------------------

.PHONY: tools
tools: rust $(BINDGEN) $(NPM) chromium postgres ## bring what is missing, Chromium and PostgreSQL among it

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

.PHONY: postgres
postgres:
	@sh tests/tools/postgres.sh

# The package ---------------------------------------------------------------------------------

.PHONY: build
build: $(PACKAGE) ## the wasms and the npm package, in target/pkg

# Cargo knows which files each wasm is made of, so it is always asked; when none of them changed it
# leaves the wasm alone, and so does make what follows from it. A folder each, as all builds write
# a file of the same name. A shipped file does not tell where the builder's crates lie. What a single
# feature leaves unused only its own build can see: hence no warnings here.
REMAP := --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
CARGO_BUILD := CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS='$(REMAP) -Dwarnings' \
  cargo build --release --lib --target $(WASM32)

target/$(WASM32)/release/bank_mfa.wasm: always rust
	$(CARGO_BUILD)

# The simulator, which no page ships, is built for its builder's time: of a change only what it touches.
target/simulator/%: export CARGO_PROFILE_RELEASE_LTO := off
target/simulator/%: export CARGO_PROFILE_RELEASE_INCREMENTAL := true
target/simulator/%: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 16

# Of a single feature.
target/%/$(WASM32)/release/bank_mfa.wasm: always rust
	$(CARGO_BUILD) --target-dir target/$* --no-default-features --features $*

# A pattern says how; these lines say from what.
target/glue/wasm/bank_mfa_inline.js: target/$(WASM32)/release/bank_mfa.wasm
target/glue/wasm/calls_inline.js: target/calls/$(WASM32)/release/bank_mfa.wasm
target/glue/wasm/simulator_inline.js: target/simulator/$(WASM32)/release/bank_mfa.wasm

# wasm-opt learns from the wasm itself which features rustc used: hence no flags for them, and no
# `strip` in the cargo profile. A function with one caller stays one unless it is tiny: the bytes are
# more, and alike, so that brotli makes 2% fewer of them.
# It is a wasm itself, which node optimises for longer than that saves: hence Liftoff.
# The glue's default path to the wasm would make bundlers ship it twice.
OPTIMISE := -Oz --one-caller-inline-max-function-size=20
target/glue/wasm/simulator_inline.js: OPTIMISE :=

target/glue/wasm/%_inline.js: tests/tools/glue.mjs $(NPM) | $(BINDGEN)
	$(BINDGEN)/wasm-bindgen --target web --omit-default-module-path \
	  --out-dir $(@D) --out-name $* $(filter %.wasm,$^)
	node --liftoff-only $(BIN)/wasm-opt $(OPTIMISE) \
	  --strip-debug --strip-producers --strip-target-features \
	  $(@D)/$*_bg.wasm -o $(@D)/$*_bg.wasm
	node tests/tools/glue.mjs $(@D) $*

PACKAGED := pkg-template/package.json pkg-template/openapi.json pkg-template/README.md LICENSE-APACHE LICENSE-MIT

$(PACKAGE): $(GLUE) $(PACKAGED) Cargo.toml pkg-template/tsconfig.json $(wildcard pkg-template/worker/*) \
  $(shell find pkg-template/src -name '*.ts') tests/tools/manifest.mjs
	rm -rf $(@D)
	$(BIN)/tsc --project pkg-template
	cp -r target/glue/wasm $(@D)/dist/
	cp -r pkg-template/worker $(@D)/
	cp $(PACKAGED) $(@D)/
	node tests/tools/manifest.mjs $(@D) $(VERSION)

.PHONY: pack
pack: $(TARBALL) ## the npm tarball, in target/

$(TARBALL): $(PACKAGE)
	npm pack ./target/pkg --pack-destination target --silent

# The packed package as its users have it: installed into an empty folder.
$(INSTALLED): $(TARBALL)
	rm -rf target/app && mkdir target/app
	echo '{ "private": true, "type": "module" }' > target/app/package.json
	npm install --prefix target/app --offline --no-package-lock --silent ./$(TARBALL)

.PHONY: size
size: $(INSTALLED) $(NPM) ## brotli sizes of minimal apps, against tests/size/budget.json
	@node tests/tools/size.mjs target/app

.PHONY: demo
demo: $(EDGE) ## build and serve the demo, print its address
	@node www/serve.mjs

# The demo's edge with the package's, as its `exports` name it for workerd.
$(EDGE): $(PACKAGE) $(NPM) www/edge.js www/site/connection.js
	$(BIN)/esbuild www/edge.js --bundle --format=esm --target=es2022 --log-level=warning --outfile=$@ \
	  --alias:bank-mfa/edge=./target/pkg/dist/entries/edge.workerd.js '--external:*.wasm' --external:cloudflare:workers

# Tests ---------------------------------------------------------------------------------------

TALLY := node tests/tools/tally.mjs
KINDS := rust wasm-node wasm-chromium package edge crash demo-page demo-ways

# Four at a time, as a half of it is waiting; each one's output in one piece once it is through. The longest come first.
.PHONY: test
test: tools ## everything, with the counts at the end
	@$(MAKE) --jobs=4 --output-sync=target test-demo test-package test-edge test-crash test-rust test-wasm lint size
	@$(TALLY) report $(KINDS)

# Not the page's HTML: its white space is text.
PRETTIER := $(BIN)/prettier --config tests/prettier.json --log-level warn \
  'pkg-template/src/**/*.ts' 'tests/**/*.{js,mjs,ts}' 'www/**/*.{js,mjs,css}' \
  'src/simulator/**/*.{js,css}' --cache --cache-location target/prettier

.PHONY: lint
lint: rust $(NPM) ## formatting, and clippy natively and for wasm32
	cargo fmt --check
	$(PRETTIER) --check
	cargo clippy --all-targets --features calls,simulator -- -D warnings
	cargo clippy --target $(WASM32) --lib --test wasm --features calls,simulator -- -D warnings

.PHONY: test-rust
test-rust: rust ## the core and the simulator, natively
	@$(TALLY) run rust cargo test --features calls,simulator

CARGO_TEST_WASM := CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(CURDIR)/$(BINDGEN)/wasm-bindgen-test-runner \
  WASM_BINDGEN_TEST_TIMEOUT=120
WASM_TESTS := cargo test --target $(WASM32) --test wasm --features calls,simulator

.PHONY: test-wasm
test-wasm: chromium rust | $(BINDGEN) ## the wasm exports in Node and in Chromium
	@$(CARGO_TEST_WASM) $(TALLY) run wasm-node $(WASM_TESTS)
	@$(CARGO_TEST_WASM) WASM_BINDGEN_USE_BROWSER=1 $(TALLY) run wasm-chromium $(WASM_TESTS)

# One process for each of the parts; none of them takes so many seconds.
NODE_TEST := timeout 900 node --test-force-exit --test-reporter=spec tests/tools/together.mjs

.PHONY: test-package
test-package: chromium $(INSTALLED) $(NPM) ## the packed tarball in Node, workerd and Chromium
	@BANK_MFA_TARBALL=$(CURDIR)/$(TARBALL) BANK_MFA_APP=$(CURDIR)/target/app \
	  $(TALLY) run package $(NODE_TEST) tests/lib/*.test.mjs tests/package/*.test.mjs

.PHONY: test-edge
test-edge: postgres $(INSTALLED) $(NPM) ## the edge of the packed tarball in Node, with PostgreSQL
	@BANK_MFA_APP=$(CURDIR)/target/app $(TALLY) run edge $(NODE_TEST) tests/edge/*.test.mjs

.PHONY: test-crash
test-crash: postgres $(INSTALLED) $(NPM) ## a few flows of make crash
	@BANK_MFA_APP=$(CURDIR)/target/app $(TALLY) run crash $(NODE_TEST) tests/crash/*.test.mjs

# FLOWS=pattern takes those whose names fit.
.PHONY: crash
crash: postgres $(INSTALLED) $(NPM) ## kills a worker at every point of every flow
	@BANK_MFA_APP=$(CURDIR)/target/app node tests/crash/crash.mjs '$(FLOWS)'

# Takes some minutes, and wants a machine that does nothing else: the CPU times of a busy one are longer.
.PHONY: load
load: $(INSTALLED) $(NPM) ## a thousand flows at once, and the CPU time of the edge, against tests/load/budget.json
	@BANK_MFA_APP=$(CURDIR)/target/app node tests/load/load.mjs

.PHONY: test-demo
test-demo: test-demo-ways test-demo-page ## the demo in Chromium

# The ways to connect, and the rest.
DEMO := $(wildcard tests/demo/*.test.mjs)
DEMO_WAYS := $(filter $(addprefix tests/demo/,connect% edge% mx% reconnect%),$(DEMO))

.PHONY: test-demo-ways test-demo-page
test-demo-ways: chromium $(EDGE)
	@$(TALLY) run demo-ways $(NODE_TEST) $(DEMO_WAYS)

test-demo-page: chromium $(EDGE)
	@$(TALLY) run demo-page $(NODE_TEST) $(filter-out $(DEMO_WAYS),$(DEMO))

# Housekeeping --------------------------------------------------------------------------------

.PHONY: fmt
fmt: rust $(NPM) ## format the code
	cargo fmt
	$(PRETTIER) --write

.PHONY: clean
clean: ## remove target/; the tools stay
	rm -rf target

.PHONY: always
always:
