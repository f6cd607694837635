import test from '../lib/test.mjs'
import { SLOW, install, npmRun, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('next-app connects a bank', SLOW, async (t) => {
  const folder = await install('next-app')
  await npmRun(folder, 'build')
  const { url } = await startServer(t, folder)
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)
})
