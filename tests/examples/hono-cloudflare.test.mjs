import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { SLOW, install, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('hono-cloudflare connects a bank', SLOW, async (t) => {
  const folder = await install('hono-cloudflare')
  const keys = join(folder, '.dev.vars')
  assert.equal(existsSync(keys), false, 'the example has no keys')
  assert.match(readFileSync(join(folder, '.gitignore'), 'utf8'), /^\.dev\.vars/m)
  const { url } = await startServer(t, folder, {
    args: (port) => ['--port', port, '--var', `ORIGIN:http://localhost:${port}`],
  })
  assert.equal(statSync(keys).mode & 0o777, 0o600)
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)
})
