/** A company with one connection, its user and the simulated vendors, in this process and on one virtual clock. */
import { atTheBank, noteId } from '../../crash/at-the-bank.mjs'
import { clockOf } from '../../crash/clock.mjs'
import { NOON } from '../../crash/flows.mjs'
import { walk } from '../../crash/page.mjs'
import { background } from '../../crash/points.mjs'
import { SUBMISSIONS, endOf } from '../../crash/run.mjs'
import { Aliases, idsOf } from './aliases.mjs'

const BASE = 'https://bank.example'
export const ORIGIN = 'https://app.example'
/** The key of all fixtures. */
export const SEAL = { current: 'fixtures', keys: { fixtures: btoa('k'.repeat(32)) } }
export const USER = 'ann'
export const CONNECTION = 'c_1'
const MINUTE = 60_000

const jsonOf = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The bank of a flow. `log` is all that reached it, in order. */
async function openBank(simulator, flow, seed, clock) {
  const bank = simulator({ seed, now: NOON, rules: flow.rules, mxRules: flow.mxRules })
  const trial = { bank, newestId: '', connection: null }
  trial.connection = await flow.connect(bank, BASE)
  const aliases = new Aliases()
  const log = []
  const catchUp = () => bank.clock.advance(Math.max(0, clock.now() - bank.clock.now()))

  async function call(url, { method, headers, body }) {
    catchUp()
    const init = { method, headers: JSON.parse(aliases.toRepeated(JSON.stringify({ ...headers }))) }
    const address = aliases.toRepeated(url)
    const reply = await bank.fetch(address, { ...init, ...(body && { body: aliases.toRepeated(body) }) })
    const text = await reply.text()
    noteId(trial, address, text)
    return { reply, text }
  }
  async function again({ url, status, ...init }) {
    const { reply, text } = await call(url, init)
    if (reply.status !== status)
      throw new Error(`${init.method} ${url} now has the status ${reply.status}, not ${status}`)
    return jsonOf(text)
  }
  async function act(name, args) {
    catchUp()
    const given = JSON.parse(aliases.toRepeated(JSON.stringify(args ?? {})))
    const result = await atTheBank[name](given, trial, BASE)
    clock.reach(bank.clock.now())
    return result ?? null
  }

  const { clientId, apiKey } = trial.connection
  const ids = { ...idsOf(trial.connection), ...(clientId && { '/basic': btoa(`${clientId}:${apiKey}`) }) }

  return {
    bank,
    log,
    ids,
    connection: trial.connection,
    /** For the edge. */
    async fetch(url, init) {
      const at = clock.now()
      const { reply, text } = await call(url, init)
      const { method, headers, body } = init
      const sent = { at, url, method, headers: { ...headers }, body: body ?? null }
      log.push({ ...sent, status: reply.status, ids: idsOf(jsonOf(text)) })
      const known = aliases.toRecorded(text)
      return new Response(reply.status === 204 ? null : known, { status: reply.status, headers: reply.headers })
    },
    /** For the user. */
    async act(name, args) {
      const at = clock.now()
      const result = await act(name, args)
      if (name !== 'right') log.push({ at, act: name, args: args ?? null, ids: idsOf(result) })
      return JSON.parse(aliases.toRecorded(JSON.stringify(result)))
    },
    /** Repeats what reached another bank, so that this one knows the same. */
    async repeat(recordedIds, entries) {
      aliases.learn(recordedIds, ids)
      for (const entry of entries) {
        clock.reach(entry.at)
        aliases.learn(entry.ids, idsOf(entry.act ? await act(entry.act, entry.args) : await again(entry)))
      }
    },
  }
}

/** Opens an edge whose records are in `home`. */
export async function openWorld(pkg, flow, { seed, home }) {
  const { isBusy, waitUntil, quiet } = background()
  const clock = clockOf(isBusy)
  clock.reach(NOON)
  const bank = await openBank(pkg.simulator, flow, seed, clock)
  const [ended, errors] = [[], []]
  const config = {
    authenticate: () => USER,
    resolve: () => bank.connection,
    origins: [ORIGIN],
    seal: SEAL,
    limits: { startsPerHour: 1_000 },
    onFlowEnded: (event) => void ended.push(event),
    onError: (error) => void errors.push(error),
    fetch: bank.fetch,
    clock,
  }
  /** Opens an edge of a package. */
  function openEdge(pkg) {
    const { handle, sweep } = home.open(pkg, config, waitUntil)
    const send = (request) => handle(request, undefined, { waitUntil })
    async function ask(method, path, body) {
      const headers = { origin: ORIGIN, 'content-type': 'application/json' }
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return (await send(new Request(`https://edge.example${path}`, init))).json()
    }
    return { ask, send, sweep }
  }
  return { bank, clock, ended, errors, quiet, openEdge, ...openEdge(pkg) }
}

/** Walks a flow to its end, and delivers the end. `from` is its state if it has started. */
export async function finish({ ask, sweep, quiet, bank, clock, ended }, flow, from) {
  const state = await walk(ask, bank.act, CONNECTION, flow, from)
  await quiet()
  if (ended.length === 0) {
    clock.reach(clock.now() + 2 * MINUTE)
    await sweep()
    await quiet()
  }
  const counts = bank.bank.counts()
  const submissions = Object.fromEntries(SUBMISSIONS.map((name) => [name, counts[name]]))
  return { end: endOf(state), delivered: ended.length, submissions }
}
