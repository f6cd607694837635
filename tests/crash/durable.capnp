# The worker on Durable Objects, for the crash test. The bundled worker and the wasm are next to a copy of this file.
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
  ],
  durableObjectNamespaces = [(className = "FlowObject", uniqueKey = "flows", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "FLOWS", durableObjectNamespace = "FlowObject"),
    (name = "BANK", fromEnvironment = "BANK"),
    (name = "CONTROLLER", fromEnvironment = "CONTROLLER"),
    (name = "LOSES_WRITES", fromEnvironment = "LOSES_WRITES"),
    (name = "PRINTS", fromEnvironment = "PRINTS"),
  ],
  globalOutbound = "loopback",
  compatibilityDate = "2026-10-01",
);
