/** Next bundles the package for the edge runtime: in a middleware, and in a route. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import test from '../lib/test.mjs'
import { SLOW, install, npmRun, startServer } from './setup.mjs'

test('a middleware and a route of Next run a flow in the edge runtime', SLOW, async (t) => {
  const folder = await install('next-edge', fileURLToPath(new URL('next-edge', import.meta.url)))
  await npmRun(folder, 'build')
  const { url } = await startServer(t, folder)
  const read = async (path) => JSON.parse(await (await fetch(url + path)).text())
  assert.deepEqual(await read('/'), { institution: 'FlinksCapital' })
  const entries = ['object', 'function', 'function']
  assert.deepEqual(await read('/api'), { institution: 'FlinksCapital', entries })
})
