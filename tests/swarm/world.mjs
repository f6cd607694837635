/**
 * A world: users with their pages, an edge of two processes with a store, and the vendors with their banks, on one virtual
 * clock and one seed. First a storm, in which all that can go wrong does; then a calm, in which every flow must end well.
 */
import { createHash } from 'node:crypto'
import { enter } from './globals.mjs'
import { Bank } from './banks.mjs'
import { credentialsOf, find, pickEntry } from './catalogue.mjs'
import { Clock } from './clock.mjs'
import { Company } from './company.mjs'
import { Fleet } from './edges.mjs'
import { CONTRACTS, DEEDS, FAULTS } from './faults.mjs'
import { flawsOf } from './invariants.mjs'
import { LAST_WEBHOOK_MS, sendWebhooks, visitForeignPages } from './outsiders.mjs'
import { Person } from './people.mjs'
import { randomOf } from './random.mjs'
import { formatsDiffer } from './releases.mjs'
import { REREAD_MS } from './reread.mjs'
import { Secrets } from './secrets.mjs'
import { Store } from './stores.mjs'
import { Witness } from './witness.mjs'

const NOON = Date.UTC(2026, 0, 21, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Where a world ends, whatever happens: the storm, two nights, and the longest flow of each try. */
const WORLD_LIMIT_MS = 120 * HOUR
const MAX_EVENTS = 200_000

/** How often a user follows the next action of a failure. */
const CALM_TRIES = 6

/** After it, all endings must have been delivered: an edge retries each minute, and sweeps twice. */
const DELIVERY_MS = 10 * MINUTE

/** A flow that nobody follows ends after 135 minutes, and the next sweep says so. */
const LIFETIME_MS = 136 * MINUTE

/** The names of a world's connections. They have the same rules, because they share the vendors. */
function namesOf(seed) {
  const random = randomOf(seed, 'names')
  const names = [pickEntry(random).name]
  const rulesOf = (name) => JSON.stringify([find(name).rules, find(name).mxRules])
  const wanted = random.pick([1, 1, 2, 2, 3])
  for (let tries = 0; names.length < wanted && tries < 20; tries++) {
    const { name } = pickEntry(random)
    if (rulesOf(name) === rulesOf(names[0]) && !names.includes(name)) names.push(name)
  }
  return names
}

/** How a flow ends if nothing goes wrong, by its name and the contract. */
const baselines = new Map()

async function baselineOf(name, contract) {
  const key = `${name} ${JSON.stringify(contract)}`
  if (!baselines.has(key)) {
    const world = new World(0, { only: name, contract })
    await world.run()
    const [{ ending }] = world.connections.values()
    baselines.set(key, ending?.failure?.code ?? ending?.kind ?? `${ending}`)
  }
  return baselines.get(key)
}

/** Runs the world of a seed. Returns what is wrong, and what has happened. */
export async function runSeed(seed, options) {
  const world = new World(seed, options)
  await world.run()
  for (const { name, entry, stays, ending, calmEndings } of world.connections.values()) {
    // The session that the company of this flow holds is over after the first try.
    if (!stays || ending?.kind !== 'failed' || entry.name === 'flinks resume') continue
    const { code } = ending.failure
    const usual = await baselineOf(entry.name, world.contract)
    if (usual === code) continue
    const way = calmEndings.map(({ failure }) => `${failure?.code} ${failure?.next}`).join(', ')
    world.flaw('next does not help', `${name} (${entry.name}) ends with ${code} instead of ${usual}: ${way}`)
  }
  return world.outcome()
}

class World {
  isCalm = false
  connections = new Map()
  /** What was wrong in this world: `{ kind, text }`. */
  flaws = []
  /** Each event, in one line. */
  trace = []
  /** How often each fault and deed has happened. */
  happened = {}
  /** The flows that were stored, by their id. */
  flows = new Map()
  /**
   * What was stored in each record, the newest last: `{ at, format, flow, leaseUntil, kind, number, isLost, lateMs }`.
   * `number` is that of a round or a window. `format` is `null` if no edge could read the record when it was purged.
   */
  stored = new Map()
  /** The release of all edges, once its deployment is over. */
  deployed = undefined
  deliveries = []
  /** The calls of `onPersonNeeded`, and when processes of the edge have died. */
  calls = []
  deaths = []
  /** When processes of the edge have started: `{ at, edge, format }`. */
  starts = []
  pageEndings = []
  #isOver = false
  #skipped
  #weather
  #counts = new Map()

  /**
   * `skip` are the happenings that do not happen. `only` is the name of the only connection's flow, without a storm, and
   * `contract` its contract.
   */
  constructor(seed, { skip = [], only, contract, wrapStore = (store) => store } = {}) {
    this.seed = seed
    this.only = only
    this.contract = contract
    this.wrapStore = wrapStore
    this.#skipped = new Set(skip)
    this.clock = new Clock(NOON)
    this.random = this.stream('globals')
    const random = this.stream('weather')
    const all = [...Object.keys(FAULTS), ...Object.keys(DEEDS)]
    const share = random.pick([0.15, 0.5, 0.5, 0.9])
    this.#weather = new Set(only ? [] : all.filter(() => random.chance(share)))
    this.secrets = new Secrets()
    this.company = new Company(this)
    this.witness = new Witness(this)
  }

  stream(name) {
    return randomOf(this.seed, name)
  }

  /** Whether a fault happens to an actor now. Draws one number, whatever the answer is. */
  happens(actor, fault, random) {
    return this.#decide(actor, fault, random.chance(FAULTS[fault]))
  }

  /** Whether a user does something besides the right thing. */
  does(actor, deed, random) {
    return this.#decide(actor, deed, random.chance(DEEDS[deed]))
  }

  #decide(actor, what, isDrawn) {
    if (!isDrawn || this.isCalm || !this.#weather.has(what)) return false
    const key = `${actor}: ${what}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    const id = `${key} #${count}`
    if (this.#skipped.has(id)) return false
    this.happened[what] = (this.happened[what] ?? 0) + 1
    this.happenings.push(id)
    this.happenedAt.push({ what, at: this.clock.now() })
    this.note(`! ${id}`)
    return true
  }

  /** The ids of all that has happened, which `skip` takes. */
  happenings = []
  /** What happened when: `{ what, at }`. */
  happenedAt = []
  /** When a call to a vendor may have been lost, and of which connection: `{ at, connection }`. */
  losses = []

  loses(connection) {
    this.losses.push({ at: this.clock.now(), connection })
  }

  /** A page loses its network, or sees that it has none, in the event that happens now. */
  losesNetwork() {
    this.#offlineEvent = this.clock.happened
  }

  isOffline = () => this.#offlineEvent === this.clock.happened
  #offlineEvent

  /** The errors that faults have thrown. */
  #thrown = new WeakSet()

  /** Makes the error of a fault. */
  fault(message, Kind = Error) {
    const error = new Kind(message)
    this.#thrown.add(error)
    return error
  }

  isFault = (error) => this.#thrown.has(error)

  /** Holds a process's reading again of a record, for another process may have written it, until one has. */
  reread(run) {
    const timer = { order: 0, run }
    const at = this.clock.now() + REREAD_MS
    this.#rereads.add({ timer, at })
    return timer
  }

  wakeRereads() {
    const { clock } = this
    for (const { timer, at } of this.#rereads) clock.after(at - clock.now(), () => timer.run?.())
    this.#rereads.clear()
  }

  #rereads = new Set()

  note(text) {
    this.trace.push(`${this.clock.now() - NOON} ${text}`)
  }

  flaw(kind, text) {
    this.flaws.push({ kind, text })
    this.note(`FLAW ${kind}: ${text}`)
  }

  // The course of the world ---------------------------------------------------------------------

  /** Lives through the world. */
  async run() {
    enter(this)
    const stray = (error) => this.flaw('throws', `unhandled: ${error?.stack ?? error}`)
    process.on('unhandledRejection', stray)
    process.on('uncaughtException', stray)
    try {
      const course = this.#course().catch((error) => this.flaw('harness', error.stack))
      void course.then(() => (this.#isOver = true))
      const isOver = () => this.#isOver || this.clock.happened > MAX_EVENTS
      await this.clock.run(isOver, NOON + WORLD_LIMIT_MS)
      if (!this.#isOver) this.flaw('does not end', `after ${this.clock.happened} events`)
      else this.flaws.push(...flawsOf(this))
    } finally {
      process.off('unhandledRejection', stray)
      process.off('uncaughtException', stray)
      enter(undefined)
    }
  }

  async #course() {
    await this.#settle()
    const { clock } = this
    this.fleet = new Fleet(this)
    const people = [...this.connections.values()].map((connection) => new Person(this, connection))
    if (!this.only) {
      sendWebhooks(this)
      visitForeignPages(this)
      const random = this.stream('storm')
      const deadline = clock.now() + random.pick([20 * MINUTE, HOUR, 30 * HOUR])
      await Promise.all(people.map((person) => person.storm(deadline)))
    }
    this.isCalm = true
    this.note('calm')
    if (formatsDiffer) this.fleet.finishDeployment()
    // Edges that are down come back, and requests that were delayed arrive.
    await clock.wait(8 * MINUTE)
    await Promise.all(
      people.map(async (person, at) => {
        const connection = [...this.connections.values()][at]
        connection.stays = this.only !== undefined || this.stream(`${connection.name} stays`).chance(0.7)
        connection.ending = connection.stays ? await person.calm(CALM_TRIES) : await clock.wait(LIFETIME_MS)
      }),
    )
    // A late webhook may start a flow that nobody follows.
    await clock.wait(NOON + LAST_WEBHOOK_MS - clock.now())
    const isRunning = ({ step, isLocal }) => !isLocal && step.kind !== 'done' && step.kind !== 'failed'
    if ([...this.flows.values()].some(isRunning)) await clock.wait(LIFETIME_MS)
    await clock.wait(DELIVERY_MS)
  }

  /** Opens the accounts of the connections. */
  async #settle() {
    const random = this.stream('connections')
    const names = this.only ? [this.only] : namesOf(this.seed)
    const first = find(names[0])
    this.store = new Store(this)
    const contract = (this.contract ??= random.pick(CONTRACTS))
    this.note(`the contract is ${JSON.stringify(contract)}`)
    this.bank = new Bank(this, {
      rules: { ...contract.rules, ...first.rules },
      mxRules: { ...contract.mxRules, ...first.mxRules },
    })
    const { simulator } = this.bank
    this.secrets.addKeys(simulator)
    this.foreignLoginId = simulator.loginId('date_of_birth')
    const taken = new Set([this.foreignLoginId])
    for (const [at, entryName] of names.entries()) {
      const entry = find(entryName)
      const name = `c${at + 1}`
      const base = this.bank.address(name)
      const resolved = await entry.connect(simulator, base)
      const { params } = resolved.flow ?? resolved
      const [username] = credentialsOf(entry, resolved)
      const ids = [params.loginId, params.username, params.memberGuid, params.institutionCode, username]
      // Two connections of the same person at the bank would be one.
      if (ids.some((id) => id && taken.has(`${id}`.toLowerCase()))) continue
      for (const id of ids) if (id) taken.add(`${id}`.toLowerCase())
      if (username) taken.add(simulator.people.find((person) => person.username === username)?.loginId.toLowerCase())
      this.connections.set(name, {
        ...{ name, entry, base, resolved, original: resolved, newestId: params.requestId ?? '' },
        user: random.pick(['ann', 'bob']),
        /** The vendor's ids, which no page gets. */
        ids: [params.loginId, params.memberGuid, params.userGuid].filter(Boolean),
        /** Whether a page runs the flow itself. */
        isLocal: !this.only && random.chance(0.25),
        ...{ submissions: [], cancelled: [], newSessions: new Set(), iframes: [], calmEndings: [], ending: undefined },
      })
      this.note(`${name} is ${entryName}`)
    }
  }

  outcome() {
    const { seed, flaws, trace, happened, happenings, deliveries, clock } = this
    const endings = {}
    for (const { failure } of deliveries) {
      const code = failure?.code ?? 'done'
      endings[code] = (endings[code] ?? 0) + 1
    }
    return {
      ...{ seed, flaws, trace, happened, happenings, endings },
      ...{ flows: this.flows.size, events: clock.happened },
      virtualMs: clock.now() - NOON,
      hash: createHash('sha256').update(trace.join('\n')).digest('hex'),
    }
  }
}
