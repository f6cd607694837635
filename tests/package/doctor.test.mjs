/** `npx bank-mfa doctor`: right set-ups, and a table of wrong ones with what it says. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import test, { describe } from '../lib/test.mjs'
import { emptyFolder, run } from '../lib/command-line.mjs'
import {
  BACKEND_KEY,
  closedAddress,
  edgeFolder,
  ORIGIN,
  SEAL_KEYS,
  serve,
  startEdge,
  startServers,
} from './doctor-setup.mjs'

const errorsOf = (findings) =>
  findings.filter(({ status }) => status === 'error').map(({ check, message }) => `${check}: ${message}`)

const sealKeys = (keys, current = 'k1') => JSON.stringify({ current, keys })
const HEX_KEY = '0123456789abcdef'.repeat(4)

/** Changes of the environment, and the only errors that the doctor finds. */
const WRONG_VARIABLES = [
  [{ SEAL_KEYS: '' }, ['SEAL_KEYS: is not set']],
  [{ SEAL_KEYS: '{"current":' }, ['SEAL_KEYS: is not JSON with current and keys']],
  [{ SEAL_KEYS: sealKeys({ k2: HEX_KEY }) }, ['SEAL_KEYS: current is not the id of one of the keys']],
  [{ SEAL_KEYS: sealKeys({ k1: HEX_KEY }) }, ['SEAL_KEYS: k1 is hexadecimal, and must be base64']],
  [{ SEAL_KEYS: sealKeys({ k1: btoa('short') }) }, ['SEAL_KEYS: k1 has 5 bytes, and must have 32']],
  [{ SEAL_KEYS: sealKeys({ k1: 'hunter2!' }) }, ['SEAL_KEYS: k1 is not base64']],
  [{ SEAL_KEYS: sealKeys({ 1: HEX_KEY }, '1') }, ['SEAL_KEYS: a key id is invalid']],
  [{ FLINKS_INSTANCE: 'Toolbox' }, [/^FLINKS_INSTANCE: must be /]],
  [{ FLINKS_INSTANCE: 'acme' }, [/^FLINKS_CUSTOMER_ID: is that of the public sandbox/]],
  [{ FLINKS_CUSTOMER_ID: '1234' }, ['FLINKS_CUSTOMER_ID: must be a GUID']],
  [{ FLINKS_SECRET_KEY: 'a key\n' }, [/^FLINKS_SECRET_KEY: contains a space/]],
  [{ FLINKS_URL: 'http://flinks.example' }, [/^FLINKS_URL: /]],
  [{ MX_ENVIRONMENT: 'sandbox' }, ['MX_ENVIRONMENT: must be integration or production']],
  [{ MX_CLIENT_ID: 'your-client-id' }, ['MX_CLIENT_ID: is not set']],
  [{ MX_API_KEY: 'not-the-api-key' }, ['MX API: MX refuses the key']],
  [{ SESSION_KEY: '' }, ['authenticate: throws without a session: SESSION_KEY is not set']],
  [{ BACKEND_URL: 'https://backend.example' }, ['back end: BACKEND_URL is the example of the template']],
  [{ BACKEND_URL: 'localhost' }, ['back end: BACKEND_URL is not an http or https URL']],
  [{ BACKEND_URL: 'ftp://localhost' }, ['back end: BACKEND_URL is not an http or https URL']],
  [{ BACKEND_URL: 'http://127.0.0.1/' }, ['back end: BACKEND_URL ends with a slash']],
  [{ BACKEND_URL: 'http://ann:hunter2pass@127.0.0.1' }, ['back end: BACKEND_URL contains a user name']],
  [{ DATABASE_URL: 'postgres://ann:100%hunter2@127.0.0.1/db' }, ['DATABASE_URL: the package pg is not installed']],
  [{ BACKEND_KEY: 'not-the-back-end-key' }, [/^resolve: throws for .*: The back end replied 401$/]],
]

/** Edits of the folder's files, and the only errors. */
const WRONG_FILES = [
  ['app.js', ORIGIN, 'https://app.example', ['origin https://app.example: is the example of the template']],
  ['app.js', ORIGIN, `${ORIGIN}/`, [/^app\.js: origins must be a list of one or more origins/]],
  [
    'app.js',
    'export async function authenticate',
    'async function authenticate',
    ['app.js: authenticate must be a function'],
  ],
  ['app.js', 'export const onError', 'export const onErrors', [/^app\.js: onErrors is not a recognised option/]],
  ['app.js', 'if (reply.status === 404) return null', '', [/^resolve: throws for .*: The back end replied 404$/]],
  [
    'app.js',
    'export const origins',
    "import 'cloudflare:workers'\nexport const origins",
    [/^app\.js: cannot be imported: /],
  ],
  ['app.js', 'const isSigned = ', 'const isSigned == ', [/^app\.js: cannot be imported: /]],
  [
    'app.js',
    'if (!token) return null',
    "if (!token) return 'ann'",
    [/^authenticate: a request without a session is accepted/],
  ],
]

const matches = (actual, expected) => {
  assert.equal(actual.length, expected.length, actual.join('\n'))
  for (const [index, text] of expected.entries()) {
    if (typeof text === 'string') assert.equal(actual[index], text)
    else assert.match(actual[index], text)
  }
}

describe('doctor in the folder of an edge', { concurrency: 4 }, () => {
  test('finds nothing wrong with a right configuration, and changes nothing at the vendors', async (t) => {
    const servers = await startServers(t)
    const { check } = await edgeFolder(t, servers)
    const { code, ok, findings } = await check()
    assert.deepEqual(errorsOf(findings), [])
    assert.deepEqual([code, ok], [0, true])
    const checks = findings.map(({ check }) => check)
    for (const name of [
      'SEAL_KEYS',
      `CORS for ${ORIGIN}`,
      'authenticate',
      'resolve',
      'back end',
      'Flinks API',
      'MX API',
    ]) {
      assert.ok(checks.includes(name), name)
    }
    assert.ok(servers.backEnd.requests.every((request) => request.startsWith('GET ')))
    const { tokensMinted, liveStarts, cachedStarts } = servers.bank.counts()
    assert.deepEqual({ tokensMinted, liveStarts, cachedStarts }, { tokensMinted: 0, liveStarts: 0, cachedStarts: 0 })
  })

  for (const [changes, expected] of WRONG_VARIABLES) {
    const [[name, value]] = Object.entries(changes)
    test(`finds what is wrong with ${name} if it is ${JSON.stringify(value)}, and prints no secret`, async (t) => {
      const { check } = await edgeFolder(t, await startServers(t))
      const { code, ok, findings, stdout, env } = await check(changes)
      assert.deepEqual([code, ok], [1, false])
      matches(errorsOf(findings), expected)
      assert.ok(findings.every(({ status, fix }) => (status === 'error' || status === 'warning') === Boolean(fix)))
      const names = ['SEAL_KEYS', 'SESSION_KEY', 'BACKEND_KEY', 'FLINKS_SECRET_KEY', 'MX_API_KEY']
      const secrets = ['hunter2', ...names.map((key) => env[key])]
      for (const secret of secrets.filter(Boolean)) assert.ok(!stdout.includes(secret))
    })
  }

  for (const [name, from, to, expected] of WRONG_FILES) {
    test(`finds what is wrong in ${name} with ${to || 'nothing'} instead of ${from}`, async (t) => {
      const { edit, check } = await edgeFolder(t, await startServers(t))
      edit(name, from, to)
      const { code, findings } = await check()
      assert.equal(code, 1)
      matches(errorsOf(findings), expected)
    })
  }

  test('says that the folder is read as CommonJS', async (t) => {
    const { edit, check } = await edgeFolder(t, await startServers(t))
    edit('package.json', '"module"', '"commonjs"')
    const { findings } = await check()
    const [{ message, fix }] = findings.filter(({ check }) => check === 'app.js')
    assert.match(message, /^cannot be imported/)
    assert.match(fix, /npm pkg set type=module/)
  })

  test('finds a page whose origin is missing', async (t) => {
    const { check } = await edgeFolder(t, await startServers(t))
    const { findings } = await check({}, ['--origin', 'https://www.acme.example'])
    matches(errorsOf(findings), ['CORS for https://www.acme.example: the edge refuses this origin'])
  })

  test('finds a back end that accepts a request without its key', async (t) => {
    const servers = await startServers(t)
    const { check } = await edgeFolder(t, servers)
    servers.backEnd.status = 404
    matches(errorsOf((await check()).findings), ['back end: accepts a request without BACKEND_KEY: status 404'])
  })

  test('finds addresses at which nothing listens', async (t) => {
    const { check } = await edgeFolder(t, await startServers(t))
    const nowhere = await closedAddress()
    const { findings } = await check({ BACKEND_URL: nowhere, FLINKS_URL: nowhere, MX_URL: nowhere })
    const refused = 'the connection was refused: nothing listens at this address'
    matches(errorsOf(findings), [
      `back end: ${nowhere}: ${refused}`,
      `Flinks API: ${nowhere}: ${refused}`,
      `MX API: ${nowhere}: ${refused}`,
    ])
  })

  test('does not wait for a function that never settles', async (t) => {
    const { edit, check } = await edgeFolder(t, await startServers(t))
    edit(
      'app.js',
      'const reply = await callBackend(',
      'await new Promise(() => {})\n  const reply = await callBackend(',
    )
    matches(errorsOf((await check()).findings), [/^resolve: throws for .*: there was no reply within 10 seconds$/])
  })

  test('hides a secret that a function of app.js throws', async (t) => {
    const { edit, check } = await edgeFolder(t, await startServers(t))
    edit(
      'app.js',
      'const reply = await callBackend(',
      'throw new Error(env.BACKEND_KEY)\n  const reply = await callBackend(',
    )
    const { findings, stdout } = await check()
    assert.ok(!stdout.includes(BACKEND_KEY))
    matches(errorsOf(findings), [/^resolve: throws for .*: <BACKEND_KEY>$/])
  })

  test('reads wrangler.jsonc and .dev.vars, or else the files of --vars', async (t) => {
    const { file, check } = await edgeFolder(t, await startServers(t))
    writeFileSync(file('.dev.vars'), `export SEAL_KEYS='${SEAL_KEYS}' # new\nMX_ENVIRONMENT = "production"\n`)
    const valuesOf = ({ findings }, name) => findings.find(({ check }) => check === name)?.message
    const files = await check({ SEAL_KEYS: undefined })
    assert.equal(valuesOf(files, 'SEAL_KEYS'), '1 key, current is k1')
    assert.equal(valuesOf(files, 'FLINKS_INSTANCE'), 'toolbox')
    assert.equal(valuesOf(files, 'MX_ENVIRONMENT'), 'production')

    writeFileSync(file('prod.env'), 'MX_ENVIRONMENT=integration\nFLINKS_INSTANCE=acme\n')
    const varsFile = await check({ SEAL_KEYS: undefined }, ['--vars', 'prod.env'])
    assert.equal(valuesOf(varsFile, 'SEAL_KEYS'), 'is not set')
    assert.equal(valuesOf(varsFile, 'MX_ENVIRONMENT'), 'integration')
    assert.equal(valuesOf(varsFile, 'FLINKS_CUSTOMER_ID'), 'must be a GUID')

    // wrangler keeps the backslashes, so these keys are no JSON.
    writeFileSync(file('quoted.env'), `SEAL_KEYS="${SEAL_KEYS.replaceAll('"', '\\"')}"\n`)
    const quoted = await check({ SEAL_KEYS: undefined }, ['--vars', 'quoted.env'])
    assert.equal(valuesOf(quoted, 'SEAL_KEYS'), 'is not JSON with current and keys')

    const missing = await run(['doctor', '--vars', 'none.env'], { cwd: file('.') })
    assert.deepEqual([missing.code, missing.stderr], [1, 'bank-mfa: none.env does not exist\n'])
    writeFileSync(file('wrangler.jsonc'), '{ "vars": {')
    const broken = await run(['doctor'], { cwd: file('.') })
    assert.deepEqual([broken.code, broken.stderr], [1, 'bank-mfa: wrangler.jsonc is not valid JSON with comments\n'])
  })

  test('prints lines for people, and works without app.js', async (t) => {
    const { file } = await edgeFolder(t, await startServers(t))
    rmSync(file('app.js'))
    const { code, stdout } = await run(['doctor'], {
      cwd: file('.'),
      env: { BACKEND_URL: '', FLINKS_INSTANCE: 'a.b' },
      by: 'npx',
    })
    assert.equal(code, 1)
    assert.match(stdout, /^ok +SEAL_KEYS +1 key, current is k1\n/)
    assert.match(stdout, /^error +FLINKS_INSTANCE +must be .*\n +Set the first part of the host name/m)
    assert.match(stdout, /\n1 error, 1 warning\n$/)
  })
})

/** Wrong edges that run: changes of their configuration, a proxy before them, and the only errors. */
const WRONG_EDGES = {
  'that does not know the origin of the page': [
    { origins: ['https://other.example'] },
    undefined,
    [`CORS for ${ORIGIN}: the edge refuses this origin`],
  ],
  'that accepts everybody': [
    { authenticate: () => 'ann' },
    undefined,
    ['authenticate: a request without a session is accepted'],
  ],
  'whose authenticate throws': [
    { authenticate: () => Promise.reject(new Error('no database')) },
    undefined,
    ['authenticate: throws without a session: the edge replies 503'],
  ],
  'behind a proxy that answers preflights': [
    {},
    (handle) => (request) => (request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : handle(request)),
    [`CORS for ${ORIGIN}: the reply to the preflight lacks access-control-allow-origin`],
  ],
  'behind a proxy that removes the origin': [
    {},
    (handle) => (request) => {
      const { method, url, headers } = request
      if (method === 'OPTIONS') return handle(request)
      const kept = [...headers].filter(([name]) => name !== 'origin')
      return handle(new Request(url, { method, headers: kept }))
    },
    ['other origins: a page of another origin is not refused'],
  ],
  'whose clock is an hour behind': [
    {},
    (handle) => async (request) => {
      const reply = await handle(request)
      const date = new Date(Date.now() - 3_600_000).toUTCString()
      return new Response(reply.body, { status: reply.status, headers: { ...Object.fromEntries(reply.headers), date } })
    },
    [/^clock: this machine is 3[56]\d\d s ahead of the clock of the edge$/],
  ],
}

describe('doctor at an edge that runs', { concurrency: 4 }, () => {
  const check = async (t, url, ...args) => {
    const found = await run(['doctor', '--url', url, '--origin', ORIGIN, '--json', ...args], { cwd: emptyFolder(t) })
    return { ...found, ...JSON.parse(found.stdout) }
  }

  test('finds nothing wrong with a right one, also below a path', async (t) => {
    const url = await startEdge(t, { webhooks: { findConnection: () => null } })
    for (const address of [url, `${url}/api/`]) {
      const { code, findings } = await check(t, address)
      assert.deepEqual(errorsOf(findings), [])
      assert.equal(code, 0)
      assert.equal(findings.find(({ check }) => check === 'webhooks').status, 'ok')
    }
    const { findings } = await check(t, await startEdge(t))
    assert.equal(findings.find(({ check }) => check === 'webhooks').status, 'skipped')
  })

  for (const [name, [changes, wrap, expected]] of Object.entries(WRONG_EDGES)) {
    test(`finds what is wrong with one ${name}`, async (t) => {
      const { code, findings } = await check(t, await startEdge(t, changes, wrap))
      assert.equal(code, 1)
      matches(errorsOf(findings), expected)
    })
  }

  test('says that there is no edge at an address', async (t) => {
    const website = await serve(t, () => new Response('<h1>Acme</h1>', { status: 404 }))
    const closed = await closedAddress()
    matches(errorsOf((await check(t, website)).findings), [`CORS for ${ORIGIN}: no edge at this address: status 404`])
    matches(errorsOf((await check(t, closed)).findings), [/^CORS for .*: the connection was refused/])
  })

  test('says that an address without https is unsafe', async (t) => {
    const { code, findings } = await check(t, 'http://edge.invalid')
    assert.equal(code, 1)
    matches(errorsOf(findings), ['address: is not https', /^CORS for /])
  })
})
