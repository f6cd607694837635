/** `npx bank-mfa doctor` and what it cannot trust: an `app.js` that throws anything, and servers of other kinds. */
import assert from 'node:assert/strict'
import test, { describe } from '../lib/test.mjs'
import { emptyFolder, run } from '../lib/command-line.mjs'
import { edgeFolder, ORIGIN, SEAL_KEYS, serve, startServers } from './doctor-setup.mjs'

const errorsOf = (findings) =>
  findings.filter(({ status }) => status === 'error').map(({ check, message }) => `${check}: ${message}`)

describe('doctor in the folder of an edge', { concurrency: 4 }, () => {
  test('finds a back end that fails, or redirects', async (t) => {
    const servers = await startServers(t)
    const { check } = await edgeFolder(t, servers)
    servers.backEnd.status = 500
    assert.deepEqual(errorsOf((await check()).findings), ['back end: replies with status 500'])
    const moved = await serve(
      t,
      () => new Response(null, { status: 301, headers: { location: 'https://b.example/?a=b' } }),
    )
    assert.deepEqual(errorsOf((await check({ BACKEND_URL: moved })).findings), [
      'back end: redirects to https://b.example/',
    ])
  })

  test('does not wait for an import that never settles', async (t) => {
    const { edit, check } = await edgeFolder(t, await startServers(t))
    edit('app.js', 'export const origins', 'await new Promise(() => {})\nexport const origins')
    assert.deepEqual(errorsOf((await check()).findings), [
      'app.js: cannot be imported: there was no reply within 10 seconds',
    ])
  })

  test('prints one line for anything that app.js throws, and keeps what app.js logs apart', async (t) => {
    for (const [thrown, message] of [
      ['undefined', 'an unknown error'],
      ["new Error('\\u001b[2J\\nno database')", ' [2J no database'],
    ]) {
      const { edit, check } = await edgeFolder(t, await startServers(t))
      edit('app.js', 'const reply = await callBackend(', `throw ${thrown}\n  const reply = await callBackend(`)
      edit('app.js', 'export const origins', "console.log('starting')\nexport const origins")
      const { findings, stderr } = await check()
      assert.deepEqual(errorsOf(findings), [`resolve: throws for a connection that does not exist: ${message}`])
      assert.equal(stderr, 'starting\n')
    }
  })

  test('reads variables that are not text', async (t) => {
    const { edit, check } = await edgeFolder(t, await startServers(t))
    edit('wrangler.jsonc', '"vars": {', `"vars": { "SEAL_KEYS": ${SEAL_KEYS}, "OTHER_KEY": 1,`)
    assert.deepEqual(errorsOf((await check({ SEAL_KEYS: undefined })).findings), [])
  })
})

test('doctor says what replies in place of an edge', async (t) => {
  const check = async (url) =>
    JSON.parse((await run(['doctor', '--url', url, '--origin', ORIGIN, '--json'], { cwd: emptyFolder(t) })).stdout)
  const moved = await serve(t, () => new Response(null, { status: 308, headers: { location: 'https://e.example/' } }))
  assert.deepEqual(errorsOf((await check(moved)).findings), [
    `CORS for ${ORIGIN}: this address redirects to https://e.example/`,
  ])
  const code = '\u001b[2J'
  const headers = { 'access-control-allow-origin': ORIGIN }
  const other = await serve(t, ({ method }) =>
    method === 'OPTIONS' ? new Response(null, { status: 204, headers }) : Response.json({ code }),
  )
  assert.deepEqual(errorsOf((await check(other)).findings), [
    'authenticate: unexpected reply: status 200',
    'other origins: a page of another origin is not refused',
  ])
  const endless = await serve(
    t,
    () => new Response(new ReadableStream({ pull: (body) => body.enqueue(new Uint8Array(65_536)) })),
  )
  assert.deepEqual(errorsOf((await check(endless)).findings), [
    `CORS for ${ORIGIN}: no edge at this address: status 200`,
  ])
})
