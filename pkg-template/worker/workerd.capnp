# Runs the worker without Cloudflare, on your own servers. See README.md.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "flows", disk = (path = "flows", writable = true)),
    # Your back end may have a private address.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "edge", service = "edge", address = "127.0.0.1:8787", http = ())],
);

const edge :Workerd.Worker = (
  modules = [
    (name = "bundle/worker.js", esModule = embed "dist/worker.js"),
    (name = "wasm/bank_mfa_bg.wasm", wasm = embed "node_modules/bank-mfa/dist/wasm/bank_mfa_bg.wasm"),
  ],
  durableObjectNamespaces = [(className = "FlowObject", uniqueKey = "bank-mfa-flows", enableSql = true)],
  durableObjectStorage = (localDisk = "flows"),
  bindings = [
    (name = "FLOWS", durableObjectNamespace = "FlowObject"),
    (name = "SEAL_KEYS", fromEnvironment = "SEAL_KEYS"),
    (name = "SESSION_KEY", fromEnvironment = "SESSION_KEY"),
    (name = "BACKEND_KEY", fromEnvironment = "BACKEND_KEY"),
    (name = "FLINKS_SECRET_KEY", fromEnvironment = "FLINKS_SECRET_KEY"),
    (name = "MX_API_KEY", fromEnvironment = "MX_API_KEY"),
    (name = "BACKEND_URL", text = "http://127.0.0.1:3000"),
    (name = "FLINKS_INSTANCE", text = "toolbox"),
    (name = "FLINKS_CUSTOMER_ID", text = "43387ca6-0391-4c82-857d-70d95f087ecb"),
    (name = "MX_ENVIRONMENT", text = "integration"),
    (name = "MX_CLIENT_ID", text = "your-client-id"),
  ],
  globalOutbound = "internet",
  compatibilityDate = "2026-04-01",
);
