import test from '../lib/test.mjs'
import { SLOW, install, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('plain-html connects a bank', SLOW, async (t) => {
  const folder = await install('plain-html')
  const { url } = await startServer(t, folder)
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)
})
