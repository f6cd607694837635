import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { SLOW, install, npmRun, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('playwright-tests pass with Playwright', SLOW, async () => {
  const folder = await install('playwright-tests')
  const { stats } = JSON.parse(await npmRun(folder, 'test', ['--reporter=json']))
  assert.deepEqual([stats.expected, stats.unexpected, stats.flaky, stats.skipped], [4, 0, 0, 0])
})

test('the app of playwright-tests connects a bank', SLOW, async (t) => {
  const folder = await install('playwright-tests')
  const { url } = await startServer(t, folder)
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)
})
