/** A server on the loopback, whose handler gets the whole body. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export async function serve(handle) {
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    await handle(request, response, Buffer.concat(chunks))
  })
  // A connection that is closed just when somebody uses it again is a lost reply.
  server.keepAliveTimeout = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Tells the address to whoever has started this process, and ends with them. */
export function tell({ url }) {
  process.once('disconnect', () => process.exit())
  // They may be gone by now.
  if (process.connected) process.send(url, () => {})
}
