/** `npx bank-mfa doctor` with a real PostgreSQL, and at the template's worker in `wrangler dev`. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { emptyFolder, run } from '../lib/command-line.mjs'
import { describe, test } from '../lib/test.mjs'
import { startPostgres } from './postgres-server.mjs'

const installed = fileURLToPath(new URL('../node_modules', import.meta.url))
const SLOW = { timeout: 120_000 }

/** Makes the folder of an edge by `init`, in which these packages of the tests are installed. */
async function edgeFolder(t, ...packages) {
  const cwd = emptyFolder(
    t,
    packages.map((name) => join(installed, name)),
  )
  await run(['init', 'edge'], { cwd })
  return join(cwd, 'edge')
}

describe('doctor with PostgreSQL', () => {
  const check = async (cwd, url) => {
    const { stdout } = await run(['doctor', '--json'], { cwd, env: { DATABASE_URL: url } })
    return JSON.parse(stdout).findings.filter(({ check }) => check === 'DATABASE_URL')
  }

  test('finds a missing driver, a wrong address, a missing table and a missing sweep', SLOW, async (t) => {
    const database = await startPostgres()
    t.after(() => database.stop())
    const url = `postgresql://test:hunter2-of-acme@/postgres?host=${database.folder}`
    const [missing] = await check(await edgeFolder(t), url)
    assert.deepEqual([missing.status, missing.message], ['error', 'the package pg is not installed'])

    const cwd = await edgeFolder(t, 'pg')
    const [wrong] = await check(cwd, url.replace('/postgres?', '/nowhere?'))
    assert.deepEqual([wrong.status, wrong.message], ['error', 'database "nowhere" does not exist'])
    const [closed] = await check(cwd, 'postgresql://test:hunter2-of-acme@127.0.0.1:1/postgres')
    assert.match(closed.message, /^the connection was refused/)
    assert.doesNotMatch(JSON.stringify([wrong, closed]), /hunter2/)

    const [right] = await check(cwd, url)
    assert.deepEqual([right.status, right.message], ['ok', 'the table bank_mfa_flow can be read'])
    const pool = database.connect(1)
    const hourAgo = Date.now() - 3_600_000
    await pool.query("insert into bank_mfa_flow values ('a', 1, 'sealed', null, $1)", [hourAgo])
    const [late] = await check(cwd, url)
    assert.deepEqual([late.status, late.message], ['warning', '1 record waits for a sweep for more than 5 minutes'])
    await pool.query('drop table bank_mfa_flow')
    const [none] = await check(cwd, url)
    assert.deepEqual([none.status, none.message], ['warning', 'the table bank_mfa_flow does not exist'])
  })
})

test('the commands that init prints run an edge, in which doctor finds nothing wrong', SLOW, async (t) => {
  const cwd = await edgeFolder(t, 'wrangler')
  const wrangler = join(installed, 'wrangler/bin/wrangler.js')
  const env = { PATH: process.env.PATH, HOME: tmpdir(), CI: '1', WRANGLER_SEND_METRICS: 'false' }
  const child = spawn(process.execPath, [wrangler, 'dev', '--ip', '127.0.0.1', '--port', '0'], {
    ...{ cwd, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
  })
  t.after(() => process.kill(-child.pid, 'SIGKILL'))
  let url
  for await (const line of createInterface({ input: child.stdout })) {
    url = /Ready on (http:\S+)/.exec(line)?.[1]
    if (url) break
  }
  const { code, stdout } = await run(['doctor', '--url', url, '--origin', 'https://app.example'], { cwd })
  assert.match(stdout, /\n0 errors, 0 warnings\n$/)
  assert.equal(code, 0)
})
