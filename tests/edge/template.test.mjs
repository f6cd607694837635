/** What a company copies, out of the packed tarball, as its README says. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { app, simulator } from '../package/bench.mjs'
import { startWorkerd } from './workerd.mjs'

const run = promisify(execFile)
const SEAL_KEYS = JSON.stringify({ current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } })

/** A copy of the template with the package beside it. */
function copied(t) {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-template-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(join(app, 'node_modules/bank-mfa/worker'), folder, { recursive: true })
  symlinkSync(join(app, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** The company's back end, and the vendor. */
async function served(t, bank) {
  const ended = []
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const { method, url, headers } = request
    if (url === '/bank-connections/ended') ended.push(JSON.parse(body))
    if (url.startsWith('/bank-connections/')) {
      return response.end(JSON.stringify({ loginId: bank.loginId('Greatday') }))
    }
    const reply = await bank.fetch(`http://vendor.example${url}`, { method, headers, body })
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: server.address().port, ended }
}

test('the template, bundled as its README says, leads a flow to its end in workerd', async (t) => {
  const folder = copied(t)
  const bank = simulator({ seed: 1, realTime: true })
  const { port, ended } = await served(t, bank)
  await build({
    entryPoints: [join(folder, 'worker.js')],
    outfile: join(folder, 'dist/worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    external: ['*.wasm'],
    logLevel: 'error',
  })
  mkdirSync(join(folder, 'flows'))
  // The vendor is on the loopback, and not in the internet.
  const config = readFileSync(join(folder, 'workerd.capnp'), 'utf8')
    .replace('allow = ["public"]', 'allow = ["private"]')
    .replace('bindings = [', `bindings = [(name = "FLINKS_URL", text = "http://127.0.0.1:${port}"),`)
  writeFileSync(join(folder, 'workerd.capnp'), config)
  const worker = await startWorkerd(join(folder, 'workerd.capnp'), {
    folders: { flows: join(folder, 'flows') },
    sockets: { edge: '127.0.0.1:0' },
    services: { backend: `127.0.0.1:${port}` },
    env: { SEAL_KEYS, SESSION_KEY: 'a key', FLINKS_SECRET_KEY: bank.secretKey },
  })
  t.after(() => worker.kill())

  const signature = createHmac('sha256', 'a key').update('ann').digest('hex')
  const call = async (path, body, token = `ann.${signature}`) => {
    const headers = { authorization: `Bearer ${token}`, origin: 'https://app.example' }
    const method = body ? 'POST' : 'GET'
    if (body) headers['content-type'] = 'application/json'
    const reply = await fetch(`${worker.url}/flows${path}`, { method, headers, body: body && JSON.stringify(body) })
    return reply.json()
  }
  assert.equal((await call('', { connection: 'c_1' }, `bob.${signature}`)).code, 'UNAUTHENTICATED')
  let state = await call('', { connection: 'c_1' })
  while (state.step?.kind === 'working') state = await call(`/${state.flow}?after=${state.version}`)
  assert.equal(state.step.kind, 'challenge')
  const end = await call(`/${state.flow}/answer`, { round: 1, answers: { '1.1.answer': 'Montreal' } })
  assert.equal(end.step.kind, 'done')
  assert.deepEqual([ended.length, ended[0].result.loginId], [1, bank.loginId('Greatday')])
})

test('wrangler takes the template', async (t) => {
  const folder = copied(t)
  const wrangler = fileURLToPath(new URL('../node_modules/wrangler/bin/wrangler.js', import.meta.url))
  const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: folder, HOME: folder }
  const { stdout } = await run(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', 'dist'], {
    cwd: folder,
    env,
  })
  assert.match(stdout, /env\.FLOWS \(FlowObject\) +Durable Object/)
  assert.equal(readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.wasm')).length, 1)
})
