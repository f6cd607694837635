/** A stub of the edge on a real socket: a test sets the flow's step, and can replace replies by faulty ones. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { until } from '../lib/until.mjs'

export const START = { kind: 'working', stage: 'start', until: null }
export const ANSWERING = { kind: 'working', stage: 'answer', until: null }
export const REDIRECT = { kind: 'redirect', number: 1, purpose: 'widget', url: 'https://widget.example/0', error: null }
export const DONE = { kind: 'done', result: { institution: 'FlinksCapital' } }

const FIELD = { type: 'text', part: 'answer', optional: false, secret: false, autocomplete: null, options: [] }
const CITY = { id: '1.1', kind: 'question', vendorType: 'QuestionAndAnswer', image: null }

/** A challenge step that asks for a city. */
export function challenge(number, prompt = 'What city were you born in?') {
  const fields = [{ ...FIELD, name: `${number}.1.answer` }]
  return {
    kind: 'challenge',
    round: { number, refused: false, challenges: [{ ...CITY, prompt, fields }], expires: null, newSession: null },
  }
}

/** A reply: a problem document. */
export function problem(status, body = {}, headers = {}) {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    response.end(JSON.stringify({ type: 'about:blank', title: 'a sentence', status, ...body }))
  }
}

/** A reply: the HTML page of a proxy. */
export function html(status, headers = {}) {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>The proxy</h1>')
  }
}

/** A reply: JSON of a gateway in front of the edge, which is no problem document. */
export function gateway(status, body, headers = {}) {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

/** A reply: the data is not ready yet. */
export function pending(seconds) {
  return (_, response) => {
    response.writeHead(202, { 'content-type': 'application/json', 'retry-after': `${seconds}` })
    response.end(JSON.stringify({ until: 0 }))
  }
}

/** A reply: the connection breaks, and the stub does not handle the request. */
export const broken = (_, response) => response.destroy()

/** A reply: the stub handles the request, but its reply is lost. */
export const lostReply = (request, response, reply) => {
  response.end = () => response.destroy()
  reply()
}

/** A reply: a proxy buffers the stream. */
export const buffered = (request, response, reply) => {
  response.write = () => true
  response.flushHeaders = () => {}
  reply()
}

/** Serves one flow under `/mfa`; `serveElse` serves the rest. */
export async function edgeStub(t, serveElse = (_, response) => response.writeHead(404).end()) {
  const flow = { id: 'flow-1', version: 1, step: START }
  const changes = new EventEmitter().setMaxListeners(0)
  const [calls, faults] = [[], []]
  const waiting = new Set()
  /** How many addresses of windows were opened. */
  let opened = 0
  const stub = {
    /** Each request: its route, method, headers, body, and `after`. */
    calls,
    flow,
    address: '',
    /** The streams and long polls that are open. */
    waiting,
    /** The largest number that was open at once. */
    maxWaiting: 0,
    /** Sets the flow's step. */
    setStep(step) {
      flow.version += 1
      flow.step = step
      changes.emit('change')
    },
    /** Replaces the reply to the next request of a route. */
    replyOnce: (route, reply) => faults.push({ route, reply }),
    /** Replaces the reply to each request of a route. */
    replyAlways: (route, reply) => faults.push({ route, reply, stays: true }),
    /** Removes all replaced replies. */
    repair: () => faults.splice(0),
    /** The requests of a route. */
    callsOf: (route) => calls.filter((call) => call.route === route),
    /** Waits until a route has received `count` requests, and returns the last of them. */
    untilCall: (route, count = 1) => until(() => stub.callsOf(route)[count - 1], `request ${count} of ${route}`),
    /** Waits until no stream and no long poll is open. */
    untilIdle: () => until(() => waiting.size === 0, 'no stream and no long poll is open'),
    /** Breaks every connection. */
    dropConnections: () => server.closeAllConnections(),
  }

  const state = () => JSON.stringify({ flow: flow.id, version: flow.version, step: flow.step })
  const event = () => `id: ${flow.version}\ndata: ${JSON.stringify({ version: flow.version, step: flow.step })}\n\n`
  const json = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(state())
  }
  const hasEnded = () => ['done', 'failed'].includes(flow.step.kind)
  const replies = {
    start: (_, response) => json(response),
    getState: (_, response) => json(response),
    message({ body }, response) {
      if (body.kind === 'window-opened' && flow.step.kind === 'redirect') {
        stub.setStep({ ...flow.step, url: `https://widget.example/${(opened += 1)}` })
      }
      json(response)
    },
    data: ({ name }, response) => response.end(JSON.stringify({ data: [name] })),
    cancel(_, response) {
      stub.setStep({ kind: 'failed', failure: { code: 'cancelled', next: 'start-over', message: '' } })
      json(response)
    },
    async poll({ after }, response) {
      while (after === flow.version && !response.destroyed) await once(changes, 'change')
      json(response)
    },
    stream(_, response) {
      const writeState = () => {
        response.write(event())
        if (hasEnded()) response.end()
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      changes.on('change', writeState)
      response.on('close', () => changes.off('change', writeState))
      writeState()
    },
    answer(call, response) {
      if (flow.step.kind === 'challenge' && flow.step.round.number === call.body.round) stub.setStep(ANSWERING)
      json(response)
    },
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (!url.pathname.startsWith('/mfa/flows')) return serveElse(request, response)
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : undefined
    const { method, headers } = request
    const after = url.searchParams.has('after') ? Number(url.searchParams.get('after')) : undefined
    const [, , , id, verb, name] = url.pathname.split('/')
    const isStream = headers.accept === 'text/event-stream'
    const read = isStream ? 'stream' : after === undefined ? 'getState' : 'poll'
    const route = method === 'POST' ? (id ? verb : 'start') : (verb ?? read)
    const call = { route, method, id, name, headers, body, after }
    if (route === 'stream' || route === 'poll') {
      waiting.add(response)
      stub.maxWaiting = Math.max(stub.maxWaiting, waiting.size)
      response.on('close', () => waiting.delete(response))
    }
    calls.push(call)
    const at = faults.findIndex((fault) => fault.route === route)
    const { reply, stays } = faults[at] ?? { reply: (call, response, reply) => reply() }
    if (at >= 0 && !stays) faults.splice(at, 1)
    void reply(call, response, () => replies[route](call, response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  stub.address = `http://127.0.0.1:${server.address().port}/mfa`
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return stub
}

/** A clock that records pauses and ends them at once. Timeouts, of 5 or 40 seconds, end when a test expires them. */
export function fastClock() {
  const open = new Set()
  const clock = {
    pauses: [],
    /** Which waits last until they are aborted or expired. */
    holds: [(ms) => [5_000, 40_000].includes(ms)],
    /** The waits that have not ended. */
    open,
    now: () => 0,
    wait(ms, signal) {
      if (!clock.holds.some((holds) => holds(ms))) {
        clock.pauses.push(ms)
        return new Promise((resolve) => setImmediate(resolve))
      }
      return new Promise((resolve) => {
        const wait = { ms, resolve }
        open.add(wait)
        signal.addEventListener('abort', () => open.delete(wait))
      })
    },
    /** Ends the open waits of this length. */
    expire(ms) {
      for (const wait of open) if (wait.ms === ms) wait.resolve()
    },
  }
  return clock
}
