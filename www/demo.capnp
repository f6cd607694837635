# The demo's servers in one workerd: the page, and the simulated vendor on two origins of its own, one
# for its API and one for Connect, the page that others frame.
# `serve.mjs` starts it from the repository's root (the paths of `disk` start there; those of
# `embed` start here), may give other ports, and says through the environment where each one is.
using Workerd = import "/workerd/workerd.capnp";

const demo :Workerd.Config = (
  services = [
    (name = "page", worker = .page),
    (name = "vendor", worker = .vendor),
    # Nothing but what browsers may read lies in these two folders.
    (name = "site", disk = "www/site"),
    (name = "package", disk = "target/pkg"),
  ],
  sockets = [
    (name = "page", service = "page", address = "127.0.0.1:8787", http = ()),
    (name = "vendor", service = "vendor", address = "127.0.0.1:8788", http = ()),
    # The same worker, and so the same sessions.
    (name = "connect", service = "vendor", address = "127.0.0.1:8789", http = ()),
  ],
);

const page :Workerd.Worker = (
  modules = [(name = "page.js", esModule = embed "page.js")],
  compatibilityDate = "2026-10-01",
  bindings = [
    (name = "SITE", service = "site"),
    (name = "PACKAGE", service = "package"),
    (name = "VENDOR", service = "vendor"),
    (name = "VENDOR_ORIGIN", fromEnvironment = "DEMO_VENDOR_ORIGIN"),
    (name = "CONNECT_ORIGIN", fromEnvironment = "DEMO_CONNECT_ORIGIN"),
    # As a company's back end would, this worker alone knows the vendor's secret key. It is
    # the simulator's for seed 1, and opens nothing else.
    (name = "SECRET_KEY", text = "910a2dec-8902-4cc1-afba-8da1658eec67"),
    # The same for MX, whose every call needs it.
    (name = "MX_KEY", text = "f3203e90-39f4-4821-ae95-949915dcf9e9:d0d5127a-96e8-490d-87bc-56bb76650c37"),
  ],
);

const vendor :Workerd.Worker = (
  modules = [
    (name = "vendor.js", esModule = embed "vendor.js"),
    # What the package's "exports" say of `bank-mfa/simulator` under the condition "workerd".
    (name = "bank-mfa/simulator", esModule = "export * from './dist/simulator-workerd.js'"),
    (name = "bank-mfa/dist/simulator-workerd.js", esModule = embed "../target/pkg/dist/simulator-workerd.js"),
    (name = "bank-mfa/dist/simulation.js", esModule = embed "../target/pkg/dist/simulation.js"),
    (name = "bank-mfa/dist/wasm/simulator.js", esModule = embed "../target/pkg/dist/wasm/simulator.js"),
    (name = "bank-mfa/dist/wasm/simulator_bg.wasm", wasm = embed "../target/pkg/dist/wasm/simulator_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "VENDOR_ORIGIN", fromEnvironment = "DEMO_VENDOR_ORIGIN")],
);
