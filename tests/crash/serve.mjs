/** A server on the loopback. Its handler gets the whole body. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export async function serve(handle) {
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    await handle(request, response, Buffer.concat(chunks))
  })
  // A kept connection that closes just before it is used again would look like a lost reply.
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

/** Sends the address to the parent process, and exits with it. */
export function sendAddress({ url }) {
  process.once('disconnect', () => process.exit())
  // The parent may have exited already.
  if (process.connected) process.send(url, () => {})
}
