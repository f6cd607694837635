# The demo's servers in one workerd: the page, with an edge at a path of its origin, and the simulated vendor
# on two more origins, one for its API and one for Connect. `serve.mjs` starts it from the root of the
# repository, may choose other ports, and passes the origins in the environment. Paths of `disk` are relative
# to the root of the repository, paths of `embed` to this file.
using Workerd = import "/workerd/workerd.capnp";

const demo :Workerd.Config = (
  services = [
    (name = "page", worker = .page),
    (name = "edge", worker = .edge),
    (name = "vendor", worker = .vendor),
    # Browsers may read everything in these two folders.
    (name = "site", disk = "www/site"),
    (name = "package", disk = "target/pkg"),
  ],
  sockets = [
    (name = "page", service = "page", address = "127.0.0.1:8787", http = ()),
    (name = "vendor", service = "vendor", address = "127.0.0.1:8788", http = ()),
    # The same worker, so it has the same sessions.
    (name = "connect", service = "vendor", address = "127.0.0.1:8789", http = ()),
  ],
);

const page :Workerd.Worker = (
  modules = [(name = "page-server.js", esModule = embed "page-server.js")],
  compatibilityDate = "2026-10-01",
  bindings = [
    (name = "SITE", service = "site"),
    (name = "PACKAGE", service = "package"),
    (name = "EDGE", service = "edge"),
    (name = "VENDOR", service = "vendor"),
    (name = "VENDOR_ORIGIN", fromEnvironment = "DEMO_VENDOR_ORIGIN"),
    (name = "CONNECT_ORIGIN", fromEnvironment = "DEMO_CONNECT_ORIGIN"),
    (name = "INSTANCE", text = .instance),
    (name = "CUSTOMER_ID", text = .customerId),
    # Only this worker and the edge have the vendor keys.
    (name = "SECRET_KEY", text = .secretKey),
    (name = "MX_KEY", text = .mxKey),
  ],
);

# `make demo` bundles it with the package's edge.
const edge :Workerd.Worker = (
  modules = [
    (name = "bundle/edge.js", esModule = embed "../target/demo/edge.js"),
    (name = "wasm/bank_mfa_bg.wasm", wasm = embed "../target/pkg/dist/wasm/bank_mfa_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  # In memory, like the simulated banks. An evicted object would not get its alarm there.
  durableObjectNamespaces = [(className = "FlowObject", uniqueKey = "flows", preventEviction = true)],
  durableObjectStorage = (inMemory = void),
  bindings = [
    (name = "FLOWS", durableObjectNamespace = "FlowObject"),
    (name = "PAGE_ORIGIN", fromEnvironment = "DEMO_PAGE_ORIGIN"),
    (name = "VENDOR_ORIGIN", fromEnvironment = "DEMO_VENDOR_ORIGIN"),
    (name = "CONNECT_ORIGIN", fromEnvironment = "DEMO_CONNECT_ORIGIN"),
    (name = "INSTANCE", text = .instance),
    (name = "CUSTOMER_ID", text = .customerId),
    (name = "SECRET_KEY", text = .secretKey),
    (name = "MX_KEY", text = .mxKey),
    # Safe to publish: the records that it seals end with the demo.
    (name = "SEAL_KEYS", json = "{\"current\":\"k1\",\"keys\":{\"k1\":\"ZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtb2RlbW8=\"}}"),
  ],
  # All its requests go to the vendor.
  globalOutbound = "vendor",
);

const instance :Text = "toolbox";
const customerId :Text = "43387ca6-0391-4c82-857d-70d95f087ecb";
# The simulator's keys for seed 1. They work nowhere else.
const secretKey :Text = "910a2dec-8902-4cc1-afba-8da1658eec67";
const mxKey :Text = "f3203e90-39f4-4821-ae95-949915dcf9e9:d0d5127a-96e8-490d-87bc-56bb76650c37";

const vendor :Workerd.Worker = (
  modules = [
    (name = "vendor-server.js", esModule = embed "vendor-server.js"),
    # The package's "exports" resolve `bank-mfa/simulator` to these modules under the condition "workerd".
    (name = "bank-mfa/simulator", esModule = "export * from './dist/entries/simulator.workerd.js'"),
    (name = "bank-mfa/dist/entries/simulator.workerd.js", esModule = embed "../target/pkg/dist/entries/simulator.workerd.js"),
    (name = "bank-mfa/dist/simulator/index.js", esModule = embed "../target/pkg/dist/simulator/index.js"),
    (name = "bank-mfa/dist/wasm/simulator.js", esModule = embed "../target/pkg/dist/wasm/simulator.js"),
    (name = "bank-mfa/dist/wasm/simulator_bg.wasm", wasm = embed "../target/pkg/dist/wasm/simulator_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "VENDOR_ORIGIN", fromEnvironment = "DEMO_VENDOR_ORIGIN")],
);
