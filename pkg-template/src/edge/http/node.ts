/** The part of Node's `IncomingMessage` that `nodeHandler` uses. */
export interface NodeRequest {
  method?: string | undefined
  url?: string | undefined
  headers: Record<string, string | string[] | undefined>
  readonly readableEnded: boolean
  /** What a body parser, such as `express.json()`, has read. */
  body?: unknown
  on(event: string, listener: (value: any) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** The part of Node's `ServerResponse` that `nodeHandler` uses. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
  on(event: string, listener: () => void): unknown
}

/**
 * Makes a listener for Node's `http` server, or a handler for Express, from a function of `Request`, such as an edge. The
 * edge uses only the end of the path, so any host name and prefix work. A rejection closes the connection.
 *
 * @example
 * createServer(nodeHandler(mfa)).listen(8787)
 * app.use('/mfa', nodeHandler(mfa)) // Express
 */
export function nodeHandler(
  handler: (request: Request) => Response | Promise<Response>,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return (request, response) => serve(handler, request, response).catch(() => void response.destroy())
}

async function serve(
  handler: (request: Request) => Response | Promise<Response>,
  incoming: NodeRequest,
  response: NodeResponse,
): Promise<void> {
  const closed = new AbortController()
  let continueWriting = () => {}
  response.on('drain', () => continueWriting())
  response.on('close', () => {
    closed.abort()
    continueWriting()
  })
  // A request that a server has received has a method and a URL.
  const { method, url, headers } = incoming as { method: string; url: string; headers: Record<string, string> }
  const { body, discard } = ['GET', 'HEAD'].includes(method) ? { body: null, discard() {} } : bodyOf(incoming)
  const init = { method, headers, body, signal: closed.signal, duplex: 'half' }
  const request = new Request(`http://edge.example${url}`, init)
  const reply = await handler(request)
  response.writeHead(reply.status, Object.fromEntries(reply.headers))
  const reader = reply.body?.getReader()
  closed.signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}))
  for (;;) {
    const chunk = (await reader?.read())?.value
    if (chunk === undefined) break
    // Node's fetch aborts the signal of a request only as long as something refers to the request: this line does.
    if (response.write(chunk) || request.signal.aborted) continue
    await new Promise<void>((resolve) => (continueWriting = resolve))
  }
  response.end()
  // The edge may leave a body partly unread. Node would then hold up the connection.
  discard()
}

/** Node's own conversion closes the connection if the body is cancelled. This one still lets the reply through. */
function bodyOf(incoming: NodeRequest): { body: BodyInit; discard(): void } {
  if (incoming.readableEnded) return { body: parsedBody(incoming.body), discard() {} }
  let discarded = false
  const discard = () => {
    discarded = true
    incoming.resume()
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on('data', (chunk: Uint8Array) => {
        if (discarded) return
        // The stream pulls at once if it needs more.
        incoming.pause()
        controller.enqueue(chunk)
      })
      incoming.on('end', () => discarded || controller.close())
      incoming.on('error', (error) => controller.error(error))
    },
    pull: () => void incoming.resume(),
    cancel: discard,
  })
  return { body, discard }
}

function parsedBody(body: unknown): BodyInit {
  return typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body ?? null)
}
