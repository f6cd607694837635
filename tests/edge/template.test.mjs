/** The worker template of the packed tarball, used as its README says. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { app, simulator } from '../lib/package.mjs'
import { describe, test } from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { openapi } from './setup.mjs'
import { startPostgres } from './postgres-server.mjs'
import { startWorkerd } from '../lib/workerd.mjs'

const run = promisify(execFile)
const installed = fileURLToPath(new URL('../node_modules', import.meta.url))
/** Each test starts servers, and some a database. */
const SLOW = { timeout: 120_000 }
const SEAL_KEYS = JSON.stringify({ current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } })
const SESSION_KEY = 'a key'
const BACKEND_KEY = 'another key'

/** Signs as the back end of the README does. */
function sign(signedText, key = SESSION_KEY) {
  return `${signedText}.${createHmac('sha256', key).update(signedText).digest('hex')}`
}
const inAnHour = () => Date.now() + 3_600_000

/** Makes a folder as `npx bank-mfa init edge` does, with the packages that it imports. */
function copyTemplate(t) {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-template-'))
  t.after(() => rmSync(folder, { recursive: true }))
  execFileSync(join(app, 'node_modules/.bin/bank-mfa'), ['init', 'edge', folder])
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(app, 'node_modules/bank-mfa'), join(folder, 'node_modules/bank-mfa'))
  symlinkSync(join(installed, 'pg'), join(folder, 'node_modules/pg'))
  return folder
}

/** Starts the company's back end and the simulated vendors on one port. */
async function startBackend(t) {
  const bank = simulator({ seed: 1, realTime: true })
  const { userGuid, memberGuid } = bank.mx.member('text')
  const known = {
    '/bank-connections/ann/c_1': { vendor: 'flinks', loginId: bank.loginId('Greatday') },
    '/bank-connections/ann/c_2': { vendor: 'mx', userGuid, memberGuid },
  }
  const ended = []
  const backEnd = {
    bank,
    memberGuid,
    port: 0,
    beforeAnswer: async () => {},
    /** Waits until `count` endings are delivered, and returns them. */
    endings: (count) =>
      until(() => ended.length >= count && ended, `${count} endings are delivered`, { limitMs: 45_000 }),
  }
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const { method, url, headers } = request
    const isOurs = url.startsWith('/bank-connections/')
    if (isOurs && headers.authorization !== `Bearer ${BACKEND_KEY}`) return response.writeHead(401).end()
    if (url === '/bank-connections/ended') ended.push(JSON.parse(body))
    if (isOurs) {
      return response.writeHead(url.endsWith('/ended') || known[url] ? 200 : 404).end(JSON.stringify(known[url] ?? {}))
    }
    if (body.includes('SecurityResponses')) await backEnd.beforeAnswer()
    const init = { method, headers, ...(method !== 'GET' && { body }) }
    const reply = await bank.fetch(`http://vendor.example${url}`, init)
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  })
  // A kept connection must not close just before it is used again.
  server.keepAliveTimeout = 120_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  backEnd.port = server.address().port
  return backEnd
}

/** A page. */
function pageAt(url) {
  const ask = (path, body, headers = {}) => {
    const all = { authorization: `Bearer ${sign(`ann.${inAnHour()}`)}`, origin: 'https://app.example', ...headers }
    const method = body ? 'POST' : 'GET'
    if (body) all['content-type'] = 'application/json'
    return fetch(`${url}/flows${path}`, { method, headers: all, body: body && JSON.stringify(body) })
  }
  const call = async (...given) => (await ask(...given)).json()
  async function settled(state) {
    const hasRested = async () =>
      state.step?.kind !== 'working' || void (state = await call(`/${state.flow}?after=${state.version}`))
    await until(hasRested, 'the flow waits for its user or ends', { limitMs: 45_000 })
    return state
  }
  const openapi = async () => (await fetch(`${url}/openapi.json`)).json()
  const answer = async ({ flow }, city) =>
    settled(await call(`/${flow}/answer`, { round: 1, answers: { '1.1.answer': city } }))
  return {
    url,
    ask,
    call,
    openapi,
    settled,
    answer,
    start: async (connection) => settled(await call('', { connection })),
  }
}

/** Runs a flow of each vendor from start to end, and checks the endings that are delivered. */
async function walkBoth(page, { bank, endings, memberGuid }) {
  for (const token of [sign(`ann.${inAnHour()}`).replace('ann', 'bob'), sign(`ann.${Date.now() - 1}`)]) {
    const stranger = await page.call('', { connection: 'c_1' }, { authorization: `Bearer ${token}` })
    assert.equal(stranger.code, 'UNAUTHENTICATED')
  }
  assert.equal((await page.call('', { connection: 'c_9' })).code, 'NOT_FOUND')
  assert.deepEqual(await page.openapi(), openapi)
  const walk = async (connection, city) => {
    const state = await page.start(connection)
    assert.equal(state.step?.kind, 'challenge')
    assert.equal((await page.answer(state, city)).step.kind, 'done')
  }
  await Promise.all([walk('c_1', 'Montreal'), walk('c_2', 'Chicago')])
  const ends = (await endings(2)).map(({ connection, result }) => [connection, result.loginId ?? result.memberGuid])
  assert.deepEqual(Object.fromEntries(ends), { c_1: bank.loginId('Greatday'), c_2: memberGuid })
}

/** Runs `node node.mjs`, with its flows in a new PostgreSQL. */
async function nodeServers(t) {
  const backEnd = await startBackend(t)
  const database = await startPostgres()
  const children = []
  t.after(async () => {
    for (const { child, ended } of children) await (child.kill('SIGKILL'), ended)
    await database.stop()
  })
  const folder = copyTemplate(t)
  const { vars } = parse(readFileSync(join(folder, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  const { bank, port } = backEnd
  const here = `http://127.0.0.1:${port}`
  const env = {
    ...vars,
    ...{ PATH: process.env.PATH, PORT: '0', BACKEND_URL: here, FLINKS_URL: here, MX_URL: here },
    ...{ SEAL_KEYS, SESSION_KEY, BACKEND_KEY, FLINKS_SECRET_KEY: bank.secretKey },
    ...{ MX_CLIENT_ID: bank.mx.key.clientId, MX_API_KEY: bank.mx.key.apiKey },
    DATABASE_URL: `postgresql://test@/postgres?host=${database.folder}`,
  }
  return {
    backEnd,
    /** Starts a server, and returns a page of it and its exit. */
    async start() {
      const child = spawn(process.execPath, ['node.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      children.push({ child, ended })
      for await (const line of createInterface({ input: child.stdout })) {
        const [, listens] = /port (\d+)/.exec(line) ?? []
        if (listens) return { page: pageAt(`http://127.0.0.1:${listens}`), child, ended }
      }
      throw new Error('node.mjs exited before it listened')
    },
  }
}

test('resolve returns null only if the back end replies 404', async (t) => {
  const { resolve, onFlowEnded } = await import(pathToFileURL(join(copyTemplate(t), 'app.js')))
  const env = { BACKEND_URL: 'https://backend.example', BACKEND_KEY, MX_API_KEY: 'hunter2' }
  const backend = { status: 200, body: '{"vendor":"mx","memberGuid":"MBR-1"}' }
  const { mock } = t.mock.method(
    globalThis,
    'fetch',
    async () => new Response(backend.body, { status: backend.status }),
  )
  assert.equal((await resolve('a/b', 'c?', env)).params.memberGuid, 'MBR-1')
  await onFlowEnded({ outcome: 'done' }, env)
  assert.deepEqual(
    mock.calls.map(({ arguments: [url, { method, headers }] }) => [url, method, headers.authorization]),
    [
      ['https://backend.example/bank-connections/a%2Fb/c%3F', undefined, `Bearer ${BACKEND_KEY}`],
      ['https://backend.example/bank-connections/ended', 'POST', `Bearer ${BACKEND_KEY}`],
    ],
  )
  backend.status = 404
  assert.equal(await resolve('ann', 'c_9', env), null)
  await assert.rejects(onFlowEnded({}, env), { message: 'The back end replied 404' })
  for (backend.status of [401, 429, 500, 502]) await assert.rejects(resolve('ann', 'c_1', env))
  Object.assign(backend, { status: 200, body: '{"vendor":"toString"}' })
  await assert.rejects(resolve('ann', 'c_1', env), { message: 'The back end named an unknown vendor' })
})

describe('authenticate', () => {
  const load = async (t) => {
    const { authenticate } = await import(pathToFileURL(join(copyTemplate(t), 'app.js')))
    return (authorization, key = SESSION_KEY) =>
      authenticate(new Request('https://edge.example/flows', { headers: { authorization } }), { SESSION_KEY: key })
  }

  test('accepts a token until it expires', async (t) => {
    const authenticate = await load(t)
    t.mock.timers.enable({ apis: ['Date'], now: 1_900_000_000_000 })
    const authorization = `Bearer ${sign('ann.1900000900000')}`
    assert.equal(await authenticate(authorization), 'ann')
    t.mock.timers.tick(899_999)
    assert.equal(await authenticate(authorization), 'ann')
    t.mock.timers.tick(1)
    assert.equal(await authenticate(authorization), null)
    const inSeconds = `Bearer ${sign('ann.2900000000')}`
    assert.equal(await authenticate(inSeconds), null)
  })

  test('accepts an id with dots, and returns it whole', async (t) => {
    assert.equal(await (await load(t))(`Bearer ${sign(`ann.b.7.${inAnHour()}`)}`), 'ann.b.7')
  })

  test('returns null for each token that is malformed, changed or signed with another key', async (t) => {
    const authenticate = await load(t)
    const expires = inAnHour()
    const [user, , signature] = sign(`ann.${expires}`).split('.')
    const tokens = [
      ...['', '.', '..', '...', 'ann', `ann.${expires}`, `ann.${expires}.`, `.${expires}.${signature}`],
      ...[`${user}.${expires}.${signature.slice(2)}`, `${user}.${expires}.${signature}00`],
      ...[
        `${user}.${expires}.${'zz'.repeat(32)}`,
        `${user}.${expires + 1}.${signature}`,
        `bob.${expires}.${signature}`,
      ],
      ...[`${user}.${expires}.${signature} `.padEnd(20_000, 'a'), `ann.${expires}..${signature}`],
      ...[sign('ann'), sign(`.${expires}`), sign('ann.'), sign('ann.never'), sign('ann.-1'), sign('ann.Infinity')],
      ...[sign('ann.1e300'), sign(`ann.${'9'.repeat(400)}`), sign(`ann.${expires}`, 'another key')],
    ]
    for (const token of tokens) assert.equal(await authenticate(`Bearer ${token}`), null, token)
    const token = sign(`ann.${expires}`)
    for (const header of ['', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer Bearer`, `Bearer${token}`]) {
      assert.equal(await authenticate(header), null, header)
    }
    assert.equal(await authenticate(`Bearer ${token}`), 'ann')
  })

  test('refuses every session if SESSION_KEY is not set', async (t) => {
    const authenticate = await load(t)
    for (const key of [null, '']) {
      const authorization = `Bearer ${sign(`ann.${inAnHour()}`, `${key}`)}`
      await assert.rejects(authenticate(authorization, key), { message: 'SESSION_KEY is not set' })
    }
  })
})

// Each test mostly waits.
describe('the template', { concurrency: 3 }, () => {
  test('the worker, bundled as its README says, runs flows of both vendors in workerd', SLOW, async (t) => {
    const folder = copyTemplate(t)
    const backEnd = await startBackend(t)
    const { bank, port } = backEnd
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
    // The simulated vendors are on the loopback.
    const here = `http://127.0.0.1:${port}`
    const urls = ['FLINKS_URL', 'MX_URL'].map((name) => `(name = "${name}", text = "${here}"),`)
    const config = readFileSync(join(folder, 'workerd.capnp'), 'utf8')
      .replace('http://127.0.0.1:3000', here)
      .replace('bindings = [', `bindings = [${urls.join('')}`)
      .replace('your-client-id', bank.mx.key.clientId)
    writeFileSync(join(folder, 'workerd.capnp'), config)
    const worker = await startWorkerd(join(folder, 'workerd.capnp'), {
      folders: { flows: join(folder, 'flows') },
      sockets: { edge: '127.0.0.1:0' },
      env: { SEAL_KEYS, SESSION_KEY, BACKEND_KEY, FLINKS_SECRET_KEY: bank.secretKey, MX_API_KEY: bank.mx.key.apiKey },
    })
    t.after(() => worker.kill())
    await walkBoth(pageAt(worker.url), backEnd)
  })

  test('the Node server runs flows of both vendors', SLOW, async (t) => {
    const servers = await nodeServers(t)
    const { page } = await servers.start()
    await walkBoth(page, servers.backEnd)
  })

  test('a body that the Node server did not read does not hold up the connection', SLOW, async (t) => {
    const servers = await nodeServers(t)
    const { page } = await servers.start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.after(() => agent.destroy())
    const post = async (bytes) => {
      const sent = request(`${page.url}/not-a-route`, { method: 'POST', agent }).end('x'.repeat(bytes))
      const [reply] = await once(sent, 'response')
      await once(reply.resume(), 'end')
      return [reply.statusCode, sent.reusedSocket]
    }
    assert.deepEqual(await post(2_000_000), [404, false])
    assert.deepEqual(await post(10), [404, true])
  })

  test('at SIGTERM the Node server ends all waits, and another server continues the flow', SLOW, async (t) => {
    const servers = await nodeServers(t)
    const { page, child, ended } = await servers.start()
    const state = await page.start('c_1')
    const events = await page.ask(`/${state.flow}`, undefined, { accept: 'text/event-stream' })
    const reader = events.body.getReader()
    const first = new TextDecoder().decode((await reader.read()).value)
    assert.match(first, /"kind":"challenge"/)
    const poll = page.call(`/${state.flow}?after=${state.version}`)
    child.kill('SIGTERM')
    assert.deepEqual(await poll, state)
    await until(async () => (await reader.read()).done, 'the stream ends')
    assert.deepEqual(await ended, [0, null])

    const next = await servers.start()
    assert.equal((await next.page.answer(state, 'Montreal')).step.kind, 'done')
    assert.equal(servers.backEnd.bank.counts().answers, 1)
  })

  test('at SIGTERM the Node server finishes a call to a bank and replies', SLOW, async (t) => {
    const servers = await nodeServers(t)
    const { page, child, ended } = await servers.start()
    const state = await page.start('c_1')
    let release
    const sending = new Promise((started) => {
      servers.backEnd.beforeAnswer = () => (started(), new Promise((resolve) => (release = resolve)))
    })
    const answered = page.answer(state, 'Montreal')
    await sending
    child.kill('SIGTERM')
    const isRefused = () =>
      page.ask(`/${state.flow}`).then(
        () => false,
        () => true,
      )
    await until(isRefused, 'the server takes no more connections')
    release()
    assert.equal((await answered).step.kind, 'done')
    assert.deepEqual(await ended, [0, null])
    const [{ outcome }] = await servers.backEnd.endings(1)
    assert.equal(outcome, 'done')
  })

  test('wrangler accepts the template', SLOW, async (t) => {
    const folder = copyTemplate(t)
    const wrangler = join(installed, 'wrangler/bin/wrangler.js')
    const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: folder, HOME: folder }
    const { stdout } = await run(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', 'dist'], {
      cwd: folder,
      env,
    })
    assert.match(stdout, /env\.FLOWS \(FlowObject\) +Durable Object/)
    // The template must not need other resources of the account.
    const bound = stdout.matchAll(/env\.\w+ .* {2,}(\S.*)$/gm)
    assert.deepEqual(
      [...new Set(Array.from(bound, ([, kind]) => kind.trim()))],
      ['Durable Object', 'Environment Variable'],
    )
    assert.equal(readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.wasm')).length, 1)
  })
})
