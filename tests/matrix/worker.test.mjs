/** workerd and Vercel's edge runtime, with the package's export conditions. Neither compiles bytes. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle as bundleForEdge, startEdgeRuntime } from '../lib/edge-light.mjs'
import { bundle, startWorkerd } from '../lib/workerd.mjs'
import { serveBank } from './bank.mjs'
import { row } from './matrix.mjs'
import { workspace } from './workspace.mjs'

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

/** Runs the program in workerd. */
async function inWorkerd(address) {
  const folder = workspace('workerd')
  const modules = await bundle(join(folder, 'worker.mjs'), join(folder, 'worker.js'))
  const config = join(folder, 'config.capnp')
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = .main), (name = "loopback", network = (allow = ["private"]))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
    const main :Workerd.Worker = (
      modules = [${modules.join(', ')}],
      globalOutbound = "loopback",
      compatibilityDate = "2026-10-01",
    );`,
  )
  const server = await startWorkerd(config)
  try {
    return await (await fetch(`${server.url}/?bank=${encodeURIComponent(address)}`)).json()
  } finally {
    await server.kill()
  }
}

/** Runs the program in Vercel's edge runtime. */
async function inEdgeRuntime(address) {
  const runtime = startEdgeRuntime(await bundleForEdge(join(workspace('edge-light'), 'edge-light.mjs')))
  return (await runtime.dispatchFetch(`https://app.example/?bank=${encodeURIComponent(address)}`)).json()
}

for (const [name, version, run] of [
  ['workerd', versionOf('workerd'), inWorkerd],
  ['edge-light', `edge-runtime ${versionOf('edge-runtime')}`, inEdgeRuntime],
]) {
  const cell = row(name, version)
  let results
  async function runOnce() {
    const { address, check } = await serveBank()
    const all = await run(address)
    check()
    return all
  }
  for (const column of ['flinks', 'mx', 'both', 'remote', 'edge']) {
    cell(column, async () => assert.equal((await (results ??= runOnce()))[column], 'ok'))
  }
}
