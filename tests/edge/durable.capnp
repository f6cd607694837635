# The edge on Durable Objects, for durable.test.mjs. The test puts the bundled worker and the wasm next to a copy of
# this file, and passes the folder of the storage.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "storage", disk = (path = "storage", writable = true)),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "edge", service = "edge", address = "127.0.0.1:0", http = ())],
);

const edge :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "bank_mfa_bg.wasm", wasm = embed "bank_mfa_bg.wasm"),
    (name = "calls_bg.wasm", wasm = embed "calls_bg.wasm"),
  ],
  durableObjectNamespaces = [(className = "FlowObject", uniqueKey = "flows", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "FLOWS", durableObjectNamespace = "FlowObject"),
    (name = "VENDOR", fromEnvironment = "VENDOR"),
    (name = "CONNECTIONS", fromEnvironment = "CONNECTIONS"),
    (name = "STARTED_AT", fromEnvironment = "STARTED_AT"),
    (name = "SPEED", fromEnvironment = "SPEED"),
    (name = "SEAL_KEYS", fromEnvironment = "SEAL_KEYS"),
  ],
  globalOutbound = "loopback",
  compatibilityDate = "2026-10-01",
);
