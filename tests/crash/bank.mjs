/**
 * The simulated vendors, in their own process: they outlive every worker, and count what reaches them. Each run of a
 * flow has its own vendors under `/{run}`. The routes under `/run/{run}/…` act for the user and for the company's
 * database.
 */
import { simulator } from '../lib/package.mjs'
import { flows, NOON } from './flows.mjs'
import { sendAddress, serve } from './serve.mjs'

const banks = new Map()

/** Advances the bank's clock to that of the caller, if that is later. */
function advanced(bank, now) {
  bank.clock.advance(Math.max(0, now - bank.clock.now()))
  return bank
}

const address = (run) => `${server.url}/${run}`

const routes = {
  async open(run, { flow }) {
    const { rules, mxRules, connect } = flows.find(({ name }) => name === flow)
    const bank = simulator({ seed: 1, now: NOON, rules, mxRules })
    const trial = { bank, newestId: '', connection: null, status: undefined, lags: false }
    banks.set(run, trial)
    trial.connection = await connect(bank, address(run))
    return {}
  },
  connection: (_, __, { connection }) => connection,
  /** The next status of MX repeats the last one. */
  lag: (_, __, trial) => void (trial.lags = true),
  close: (run, _, { bank }) => banks.delete(run) && bank.counts(),
  /** The right answers: SecurityResponses of Flinks, or the values of a resume at MX. */
  right(_, __, { bank, newestId }) {
    const right = newestId.startsWith('MBR-') ? bank.mx.rightValues(newestId) : bank.rightAnswers(newestId)
    return right === undefined ? null : JSON.parse(right)
  },
  /** The user signs in or answers in the vendor's iframe. Returns what the page tells the edge. */
  async iframe(run, { address: iframeUrl }, { bank, connection }) {
    const query = Object.fromEntries(new URL(iframeUrl).searchParams)
    const call = async (name, body) => {
      const reply = await bank.fetch(`${address(run)}/connect/${name}`, { method: 'POST', body: JSON.stringify(body) })
      return reply.json()
    }
    const person = personOf(connection, bank)
    let view = await call('open', query)
    const { visit } = view
    for (let round = 0; view.state !== 'done' && round < 10; round++) {
      if (view.state === 'credentials') view = await call('sign-in', { visit, ...person })
      else if (view.state === 'asks') {
        const responses = Object.entries(person.responses[0])
        view = await call('answer', { visit, responses })
      } else if (view.state === 'works') {
        bank.clock.advance(10_000)
        view = await call('look', { visit })
      } else break
    }
    if (view.code === 'TOKEN_INVALID') return { kind: 'token-refused' }
    return { kind: 'returned', claim: { loginId: person.loginId, accountIds: view.accountIds } }
  },
  /** The user answers in MX's widget. */
  async widget(_, { url }, { bank, newestId }) {
    const call = (name, body) =>
      bank.fetch(`${url}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    await bank.fetch(url)
    const { state } = await (await call('look', '{}')).json()
    if (state === 'asks') await call('answer', bank.mx.rightValues(newestId))
    bank.clock.advance(3_000)
  },
  /** The user decides at the bank's own site. Returns the address to which it redirects. */
  async window(_, { url, decision }, { bank }) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await bank.fetch(url, { method: 'POST', headers, body: `decision=${decision}` })
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
    const trial = banks.get(run)
    if (trial) advanced(trial.bank, now)
    const result = await routes[verb](run, body.length > 0 ? JSON.parse(body) : {}, trial)
    const time = banks.get(run)?.bank.clock.now() ?? now
    response.writeHead(200, { 'content-type': 'application/json', 'x-now': time }).end(JSON.stringify(result ?? null))
    return
  }
  const trial = banks.get(/^\/(\w+)/.exec(url)[1])
  const all = Object.entries(headers).filter(
    ([name]) => !['host', 'connection', 'content-length', 'x-now'].includes(name),
  )
  const isStatus = url.endsWith('/status')
  if (trial.lags && isStatus) {
    trial.lags = false
    return response.writeHead(200, { 'content-type': 'application/json' }).end(trial.status)
  }
  const reply = await advanced(trial.bank, now).fetch(`http://bank${url}`, {
    method,
    headers: Object.fromEntries(all),
    ...(body.length > 0 && { body }),
  })
  const bytes = Buffer.from(await reply.arrayBuffer())
  if (isStatus) trial.status = bytes
  trial.newestId =
    /"requestid":\s*"([^"]+)"/i.exec(bytes)?.[1] ??
    /MBR-[\w-]+/.exec(url)?.[0] ??
    /MBR-[\w-]+/.exec(bytes)?.[0] ??
    trial.newestId
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(bytes)
})

sendAddress(server)
