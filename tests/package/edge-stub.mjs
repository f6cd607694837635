/** An edge as its pages see it, on a real socket: flows that stand where a test puts them, and replies that it spoils. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'

export const START = { kind: 'working', stage: 'start', until: null }
export const ANSWERING = { kind: 'working', stage: 'answer', until: null }
export const DONE = { kind: 'done', result: { institution: 'FlinksCapital' } }

const FIELD = { type: 'text', part: 'answer', secret: false, autocomplete: null, options: [] }
const CITY = { id: '1.1', kind: 'question', vendorType: 'QuestionAndAnswer', image: null }

/** A round that asks for a city. */
export function asks(number, prompt = 'What city were you born in?') {
  const fields = [{ ...FIELD, name: `${number}.1.answer` }]
  return {
    kind: 'challenge',
    round: { number, refused: false, challenges: [{ ...CITY, prompt, fields }], expires: null },
  }
}

/** A reply for `next`: a problem document. */
export function problem(status, body = {}, headers = {}) {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    response.end(JSON.stringify({ type: 'about:blank', title: 'a sentence', status, ...body }))
  }
}

/** A reply for `next`: what stands before the edge speaks. */
export function html(status, headers = {}) {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>The proxy</h1>')
  }
}

/** A reply for `next`: data is not ready yet. */
export function pending(seconds, headers = {}) {
  return (_, response) => {
    response.writeHead(202, { 'content-type': 'application/json', 'retry-after': `${seconds}`, ...headers })
    response.end(JSON.stringify({ until: 0 }))
  }
}

/** A reply for `next`: the connection breaks. */
export const broken = (_, response) => response.destroy()

/** A reply for `next`: the edge hears the call, and its reply is lost. */
export const unheard = (request, response, reply) => {
  response.end = () => response.destroy()
  reply()
}

/** A reply for `next`: something holds the stream back. */
export const buffered = (request, response, reply) => {
  response.write = () => true
  response.flushHeaders = () => {}
  reply()
}

/** Serves flows under `/mfa`; `serveElse` serves the rest. */
export async function edgeStub(t, serveElse = (_, response) => response.writeHead(404).end()) {
  const flow = { id: 'flow-1', version: 1, step: START, outcomes: new Map() }
  const changes = new EventEmitter().setMaxListeners(0)
  const [calls, spoilt] = [[], []]
  const waiting = new Set()
  const stub = {
    /** Every call that came: its route, method, headers, body, and `after`. */
    calls,
    flow,
    address: '',
    /** The replies to look, stream or long poll that are open. */
    waiting,
    /** Whether flows live in tickets. */
    tickets: false,
    /** The most that were open at once. */
    most: 0,
    /** Puts the flow to a step. */
    to(step) {
      flow.version += 1
      flow.step = step
      changes.emit('change')
    },
    /** The outcome of an answer to a round: the step that it leads to, or what `next` takes. */
    outcome: (round, outcome) => flow.outcomes.set(round, outcome),
    /** Replies to the next call of a route in another way. */
    next: (route, reply) => spoilt.push({ route, reply }),
    /** Replies to every call of a route in another way. */
    always: (route, reply) => spoilt.push({ route, reply, stays: true }),
    /** Nothing is spoilt any more. */
    mend: () => spoilt.splice(0),
    /** The calls of a route. */
    of: (route) => calls.filter((call) => call.route === route),
    /** Until so many calls of a route have come; gives the last of them. */
    async call(route, count = 1) {
      while (stub.of(route).length < count) await once(changes, 'call')
      return stub.of(route)[count - 1]
    },
    /** Until nothing waits any more. */
    async quiet() {
      while (waiting.size > 0) await once(changes, 'closed')
    },
    /** Breaks every connection. */
    drop: () => server.closeAllConnections(),
  }

  const state = () => JSON.stringify({ flow: flow.id, version: flow.version, step: flow.step })
  const event = () => `id: ${flow.version}\ndata: ${JSON.stringify({ version: flow.version, step: flow.step })}\n\n`
  const json = (response) => {
    if (stub.tickets) response.setHeader('flow-ticket', `bm1.k-1.${flow.version}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end(state())
  }
  const isOver = () => ['done', 'failed'].includes(flow.step.kind)
  const replies = {
    start: (_, response) => json(response),
    look: (_, response) => json(response),
    message: (_, response) => json(response),
    data: ({ what }, response) => response.end(JSON.stringify({ data: [what] })),
    cancel(_, response) {
      stub.to({ kind: 'failed', failure: { code: 'cancelled', next: 'start-over', message: '' } })
      json(response)
    },
    async poll({ after }, response) {
      while (after === flow.version && !response.destroyed) await once(changes, 'change')
      json(response)
    },
    stream(_, response) {
      const tell = () => {
        response.write(event())
        if (isOver()) response.end()
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      changes.on('change', tell)
      response.on('close', () => changes.off('change', tell))
      tell()
    },
    answer(call, response) {
      const { round } = call.body
      const outcome = flow.outcomes.get(round)
      if (typeof outcome === 'function') return outcome(call, response)
      if (flow.step.kind === 'challenge' && flow.step.round.number === round) stub.to(outcome ?? ANSWERING)
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
    const [, , , id, verb, what] = url.pathname.split('/')
    const isStream = headers.accept === 'text/event-stream'
    const look = isStream ? 'stream' : after === undefined ? 'look' : 'poll'
    const route = method === 'POST' ? (id ? verb : 'start') : (verb ?? look)
    const call = { route, method, id, what, headers, body, after }
    if (route === 'stream' || route === 'poll') {
      waiting.add(response)
      stub.most = Math.max(stub.most, waiting.size)
      response.on('close', () => {
        waiting.delete(response)
        changes.emit('closed')
      })
    }
    calls.push(call)
    const found = spoilt.findIndex((one) => one.route === route)
    const { reply, stays } = spoilt[found] ?? { reply: (call, response, reply) => reply() }
    if (found >= 0 && !stays) spoilt.splice(found, 1)
    void reply(call, response, () => replies[route](call, response))
    changes.emit('call')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  stub.address = `http://127.0.0.1:${server.address().port}/mfa`
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return stub
}

/** A clock whose pauses take no time and are noted; patience, of 5 or 40 seconds, runs out when a test says so. */
export function hasty() {
  const open = new Set()
  const clock = {
    pauses: [],
    /** Which waits last until they are ended. */
    holds: [(ms) => [5_000, 40_000].includes(ms)],
    /** The waits that are under way. */
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
    /** The patience of each wait of so many milliseconds is over. */
    runOut(ms) {
      for (const wait of open) if (wait.ms === ms) wait.resolve()
    },
  }
  return clock
}
