import test from '../lib/test.mjs'
import { SLOW, install, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('hono-cloudflare connects a bank', SLOW, async (t) => {
  const folder = await install('hono-cloudflare')
  const { url } = await startServer(t, folder, {
    args: (port) => ['--port', port, '--var', `ORIGIN:http://localhost:${port}`],
  })
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)
})
