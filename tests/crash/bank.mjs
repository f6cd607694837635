/**
 * The simulated vendors, in their own process: they outlive every worker, and count what reaches them. Each run of a
 * flow has its own vendors under `/{run}`. The routes under `/run/{run}/…` act for the user and for the company's
 * database.
 */
import { forget, marks } from '../lib/canary.mjs'
import { simulator } from '../lib/package.mjs'
import { atTheBank, noteId } from './at-the-bank.mjs'
import { flows, NOON } from './flows.mjs'
import { sendAddress, serve } from './serve.mjs'

const banks = new Map()

// Notes what requests carry, for those who look for it elsewhere.
forget()

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
}

const server = await serve(async (request, response, body) => {
  const { method, url, headers } = request
  const now = Number(headers['x-now'] ?? 0)
  if (url === '/marks') return response.end(JSON.stringify(marks()))
  const [, run, verb] = /^\/run\/(\w+)\/(\w+)$/.exec(url) ?? []
  if (run !== undefined) {
    const trial = banks.get(run)
    if (trial) advanced(trial.bank, now)
    const given = body.length > 0 ? JSON.parse(body) : {}
    const act = atTheBank[verb]
    const result = await (act ? act(given, trial, address(run)) : routes[verb](run, given, trial))
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
  noteId(trial, url, bytes)
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(bytes)
})

sendAddress(server)
