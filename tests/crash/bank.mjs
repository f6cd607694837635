/**
 * The simulated bank, in a process of its own: it outlives every worker, and counts what reaches it. Each run of a flow
 * has a bank of its own, under `/{run}`; under `/run/{run}/…` it does what its person and the company's own database do.
 */
import { simulator } from '../package/bench.mjs'
import { flows, NOON } from './flows.mjs'
import { serve, tell } from './serve.mjs'

const banks = new Map()

/** A bank's time is that of whoever asks it, where that is later. */
function moved(bank, now) {
  bank.clock.advance(Math.max(0, now - bank.clock.now()))
  return bank
}

const address = (run) => `${server.url}/${run}`

const acts = {
  async open(run, { flow }) {
    const { rules, connect } = flows.find(({ name }) => name === flow)
    const bank = simulator({ seed: 1, now: NOON, rules })
    const made = { bank, newest: '', connection: null, status: undefined, lags: false }
    banks.set(run, made)
    made.connection = await connect(bank, address(run))
    return {}
  },
  connection: (_, __, { connection }) => connection,
  /** The next status is the one that was told last. */
  lag: (_, __, made) => void (made.lags = true),
  close: (run, _, { bank }) => banks.delete(run) && bank.counts(),
  /** What the bank would hear gladly: Flinks' SecurityResponses, or the values of MX's resume. */
  right(_, __, { bank, newest }) {
    const right = newest.startsWith('MBR-') ? bank.mx.rightValues(newest) : bank.rightAnswers(newest)
    return right === undefined ? null : JSON.parse(right)
  },
  /** The person does in the vendor's frame what it is there for, and the frame claims it. */
  async frame(run, { address: shown }, { bank, connection }) {
    const query = Object.fromEntries(new URL(shown).searchParams)
    const call = async (name, body) => {
      const reply = await bank.fetch(`${address(run)}/connect/${name}`, { method: 'POST', body: JSON.stringify(body) })
      return reply.json()
    }
    const person = personOf(connection, bank)
    let seen = await call('open', query)
    const { visit } = seen
    for (let round = 0; seen.state !== 'done' && round < 10; round++) {
      if (seen.state === 'credentials') seen = await call('sign-in', { visit, ...person })
      else if (seen.state === 'asks') {
        const responses = Object.entries(person.responses[0])
        seen = await call('answer', { visit, responses })
      } else if (seen.state === 'works') {
        bank.clock.advance(10_000)
        seen = await call('look', { visit })
      } else break
    }
    return { loginId: person.loginId }
  },
  /** The person agrees at the bank's own site; gives where that leads. */
  async window(_, { url }, { bank }) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await bank.fetch(url, { method: 'POST', headers, body: 'decision=approve' })
    const landing = reply.headers.get('location') ?? 'back'
    bank.clock.advance(3_000)
    return { url: new URL(landing, 'https://app.example').href }
  },
}

function personOf({ flow }, { people }) {
  return people.find(({ loginId }) => loginId === flow.params.loginId) ?? people[0]
}

const server = await serve(async (request, response, body) => {
  const { method, url, headers } = request
  const now = Number(headers['x-now'] ?? 0)
  const [, run, verb] = /^\/run\/(\w+)\/(\w+)$/.exec(url) ?? []
  if (run !== undefined) {
    const made = banks.get(run)
    if (made) moved(made.bank, now)
    const said = await acts[verb](run, body.length > 0 ? JSON.parse(body) : {}, made)
    const time = banks.get(run)?.bank.clock.now() ?? now
    response.writeHead(200, { 'content-type': 'application/json', 'x-now': time }).end(JSON.stringify(said ?? null))
    return
  }
  const made = banks.get(/^\/(\w+)/.exec(url)[1])
  const all = Object.entries(headers).filter(
    ([name]) => !['host', 'connection', 'content-length', 'x-now'].includes(name),
  )
  const isStatus = url.endsWith('/status')
  if (made.lags && isStatus) {
    made.lags = false
    return response.writeHead(200, { 'content-type': 'application/json' }).end(made.status)
  }
  const reply = await moved(made.bank, now).fetch(`http://bank${url}`, {
    method,
    headers: Object.fromEntries(all),
    ...(body.length > 0 && { body }),
  })
  const bytes = Buffer.from(await reply.arrayBuffer())
  if (isStatus) made.status = bytes
  made.newest =
    /"requestid":\s*"([^"]+)"/i.exec(bytes)?.[1] ?? /MBR-[\w-]+/.exec(url)?.[0] ?? newestOf(bytes) ?? made.newest
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(bytes)
})

/** Of a member that was made just now. */
function newestOf(bytes) {
  return /MBR-[\w-]+/.exec(bytes)?.[0]
}

tell(server)
