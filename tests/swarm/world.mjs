/**
 * A world: users with their pages, an edge of two processes with a store, and the vendors with their banks, on one virtual
 * clock and one seed. First a storm, in which all that can go wrong does; then a calm, in which every flow must end well.
 */
import { createHash } from 'node:crypto'
import { REREAD_MS, enter } from './globals.mjs'
import { Bank } from './banks.mjs'
import { Page } from './browser.mjs'
import { credentialsOf, find, pickEntry } from './catalogue.mjs'
import { Clock } from './clock.mjs'
import { EDGE, Fleet } from './edges.mjs'
import { DEEDS, FAULTS } from './faults.mjs'
import { flawsOf } from './invariants.mjs'
import { Person } from './people.mjs'
import { randomOf } from './random.mjs'
import { SEAL, releases } from './releases.mjs'
import { Secrets } from './secrets.mjs'
import { Store } from './stores.mjs'

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

const readSealed = releases[0].sealer(SEAL)

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

/** How a flow ends if nothing goes wrong, by its name. */
const baselines = new Map()

async function baselineOf(name) {
  if (!baselines.has(name)) {
    const world = new World(0, { only: name })
    await world.run()
    const [{ ending }] = world.connections.values()
    baselines.set(name, ending?.failure?.code ?? ending?.kind ?? `${ending}`)
  }
  return baselines.get(name)
}

/** Runs the world of a seed. Returns what is wrong, and what has happened. */
export async function runSeed(seed, options) {
  const world = new World(seed, options)
  await world.run()
  for (const { name, entry, stays, ending, calmEndings } of world.connections.values()) {
    // The session that the company of this flow holds is over after the first try.
    if (!stays || ending?.kind !== 'failed' || entry.name === 'flinks resume') continue
    const { code } = ending.failure
    const usual = await baselineOf(entry.name)
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
  deliveries = []
  pageEndings = []
  #isOver = false
  #skipped
  #weather
  #counts = new Map()
  #begun = performance.now()

  /** `skip` are the happenings that do not happen. `only` is the name of the only connection's flow, without a storm. */
  constructor(seed, { skip = [], only, wrapStore = (store) => store } = {}) {
    this.seed = seed
    this.only = only
    this.wrapStore = wrapStore
    this.#skipped = new Set(skip)
    this.clock = new Clock(NOON)
    this.random = this.stream('globals')
    const random = this.stream('weather')
    const all = [...Object.keys(FAULTS), ...Object.keys(DEEDS)]
    const share = random.pick([0.15, 0.5, 0.5, 0.9])
    this.#weather = new Set(only ? [] : all.filter(() => random.chance(share)))
    this.secrets = new Secrets()
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
    this.happenedAt.push(this.clock.now())
    this.note(`! ${id}`)
    return true
  }

  /** The ids of all that has happened, which `skip` takes. */
  happenings = []
  /** When they happened. */
  happenedAt = []

  /** Holds a process's reading again of a record, for another process may have written it, until one has. */
  reread(run) {
    const timer = { order: 0, run }
    const at = this.clock.now() + REREAD_MS
    this.#rereads.add({ timer, at })
    return timer
  }

  #wakeRereads() {
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

  newSecret(random) {
    return this.secrets.newAnswer(random)
  }

  // The company ---------------------------------------------------------------------------------

  cookieOf(user) {
    return `session=${this.secrets.cookieOf(user)}`
  }

  userOf(cookie) {
    return ['ann', 'bob'].find((user) => this.cookieOf(user) === cookie) ?? null
  }

  resolve(user, name) {
    const connection = this.connections.get(name)
    return connection?.user === user ? connection.resolved : null
  }

  findConnection({ memberGuid }) {
    for (const { name, user, resolved, isLocal } of this.connections.values()) {
      if (isLocal) continue
      if (memberGuid !== null && resolved.params?.memberGuid === memberGuid) return { user, connection: name }
    }
    return null
  }

  /** The company keeps the vendor's id of a member, and uses it from then on. */
  onFlowEnded(ended) {
    const { connection: name, outcome, result, failure, flow } = ended
    this.note(`${name}: the company gets ${failure?.code ?? 'done'} of ${flow.slice(0, 6)}`)
    this.deliveries.push({ at: this.clock.now(), ...ended })
    const connection = this.connections.get(name)
    const { resolved } = connection
    if (resolved.vendor !== 'mx') return
    const { userGuid, isOauth, memberGuid } = resolved.params
    const found = outcome === 'done' ? result?.memberGuid : failure.code === 'member-exists' && failure.memberGuid
    const use = (guid) => {
      const params = { userGuid, memberGuid: guid, ...(isOauth ? { isOauth } : { job: 'aggregate' }) }
      connection.resolved = { ...resolved, params }
    }
    if (!memberGuid && found) use(found)
    // A flow that only watches a job cannot start another one.
    const { job, credentials } = resolved.params
    if (memberGuid && outcome === 'failed' && !job && !credentials) use(memberGuid)
  }

  /** The company asks its user for their credentials, and uses them for the next flow. */
  async askCredentials(connection) {
    const { resolved, entry } = connection
    const given = credentialsOf(entry, resolved)
    connection.hasOwnCredentials = true
    if (resolved.vendor === 'flinks') {
      const [username, password] = given
      const params = { username, password, institution: 'FlinksCapital' }
      connection.resolved = { ...resolved, flow: { kind: 'authorize', params } }
    } else if (resolved.params.memberGuid && given[0] !== '') {
      const { userGuid, memberGuid } = resolved.params
      const credentials = await this.bank.credentialFields(connection, given)
      connection.resolved = { ...resolved, params: { userGuid, memberGuid, credentials } }
    }
  }

  onPersonNeeded(event) {
    this.secrets.scan('onPersonNeeded', JSON.stringify(event), this)
  }

  onEvent(event) {
    this.secrets.scan('onEvent', JSON.stringify(event), this)
  }

  onEdgeError(error) {
    this.note(`edge error: ${error?.message}`)
    const texts = [error, error?.cause].map((each) => (each instanceof Error ? each.stack : JSON.stringify(each)))
    this.secrets.scan('onError', texts.join(), this)
    if (error instanceof Error && error.name === 'FlowError' && error.code === 'internal-error')
      this.flaw('internal error', error.stack)
    if (!(error instanceof Error)) this.flaw('throws', `the edge reports ${JSON.stringify(error)}`)
  }

  /** The back end mints a token once for each session of a flow. */
  async tokenOf({ name }, { flowId, session }) {
    const key = `${name} ${flowId} ${session}`
    if (!this.#tokens.has(key)) this.#tokens.set(key, this.bank.simulator.token())
    const token = await this.#tokens.get(key)
    this.secrets.addToken(token)
    return token
  }

  #tokens = new Map()

  /** A page runs a flow itself. */
  onLocalFlow({ name, user }, { id }) {
    const known = { flow: id, connection: name, user, at: this.clock.now(), stages: [], isLocal: true }
    this.flows.set(id, known)
  }

  // What is seen --------------------------------------------------------------------------------

  /** A record was written. */
  async onRecord(id, sealed) {
    this.secrets.scan('a sealed record', sealed, this)
    this.#wakeRereads()
    const text = await readSealed.open(sealed, id)
    const record = JSON.parse(text)
    if (record.kind !== 'flow') return
    this.secrets.scan('a record', text, this)
    const { flow, connection, user, step, version } = record
    const known = this.flows.get(flow) ?? { flow, connection, user, at: this.clock.now(), stages: [] }
    this.flows.set(flow, known)
    const label = step.kind === 'working' ? step.stage : step.kind
    if (known.stages.at(-1) !== label) known.stages.push(label)
    if (known.version > version) this.flaw('goes back', `version ${version} of ${flow} after ${known.version}`)
    Object.assign(known, { step, version, lastAt: this.clock.now() })
    this.note(`${connection}: stored ${label}${record.leaseUntil ? ', leased' : ''}`)
  }

  /** A page got a reply of the edge. */
  onReply(page, what, status, text) {
    this.note(`${page.name}: ${what} gets ${status}`)
    if (text !== undefined) this.secrets.scanPage('a reply to a page', text, this)
    if (status >= 500 && status !== 503 && status !== 502) this.serverErrors.push(`${what} ${status} ${text}`)
  }

  serverErrors = []

  onText(_, bytes) {
    this.secrets.scanPage('an event of a stream', Buffer.from(bytes).toString(), this)
  }

  onPageEnding(connection, flow, step) {
    const id = flow.id.split('.').at(-1)
    if (connection.isLocal) {
      const outcome = step.kind
      this.onFlowEnded({ flow: id, connection: connection.name, outcome, result: step.result, failure: step.failure })
    }
    this.pageEndings.push({ at: this.clock.now(), connection: connection.name, flow: id, step })
    const trace = JSON.stringify(flow.trace())
    const error = step.error ? `${step.error.stack} ${JSON.stringify(step.error)}` : ''
    this.secrets.scanPage('a page', `${trace} ${error} ${JSON.stringify(step)} ${flow.snapshot()}`, this)
  }

  /** A call of a page's flow was refused. */
  onRefusal(connection, page, name, error) {
    this.note(`${page.name}: ${name} is refused with ${error?.code}`)
    if (error?.name !== 'FlowError') this.flaw('throws', `${name}: ${error?.stack ?? error}`)
    this.secrets.scanPage('a refusal', `${error?.stack} ${JSON.stringify(error)}`, this)
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
      this.#sendWebhooks()
      this.#visitForeignPages()
      const random = this.stream('storm')
      const deadline = clock.now() + random.pick([20 * MINUTE, HOUR, 30 * HOUR])
      await Promise.all(people.map((person) => person.storm(deadline)))
    }
    this.isCalm = true
    this.note('calm')
    // Edges that are down come back, and requests that were delayed arrive.
    await clock.wait(2 * MINUTE)
    await Promise.all(
      people.map(async (person, at) => {
        const connection = [...this.connections.values()][at]
        connection.stays = this.only !== undefined || this.stream(`${connection.name} stays`).chance(0.8)
        connection.ending = connection.stays ? await person.calm(CALM_TRIES) : await clock.wait(LIFETIME_MS)
      }),
    )
    await clock.wait(DELIVERY_MS)
  }

  /** Opens the accounts of the connections. */
  async #settle() {
    const random = this.stream('connections')
    const names = this.only ? [this.only] : namesOf(this.seed)
    const first = find(names[0])
    this.store = new Store(this)
    this.bank = new Bank(this, first)
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
        ...{
          name,
          entry,
          base,
          resolved,
          original: resolved,
          user: random.pick(['ann', 'bob']),
          newestId: params.requestId ?? '',
        },
        isLocal: !this.only && random.chance(0.25),
        ...{ submissions: [], cancels: 0, newSessions: new Set(), calmEndings: [], ending: undefined },
      })
      this.note(`${name} is ${entryName}`)
    }
  }

  /** MX sends webhooks at any time, also twice and late, and anybody else can send them, too. */
  #sendWebhooks() {
    const random = this.stream('webhooks')
    const send = async (body) => {
      const url = `${EDGE}/webhooks/mx`
      const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const { status } = await this.fleet.handle(url, init).catch(() => ({ status: 'none' }))
      this.note(`webhook gets ${status}`)
    }
    for (const { resolved } of this.connections.values()) {
      const { userGuid, memberGuid = 'MBR-unknown' } = resolved.params ?? {}
      for (let count = 0; count < 6; count++) {
        const at = random.between(1_000, 20 * MINUTE)
        const isTwice = this.happens('webhooks', 'webhook twice', random)
        if (!this.happens('webhooks', 'webhook', random)) continue
        const body = { type: 'CONNECTION_STATUS', action: 'CHANGED', user_guid: userGuid, member_guid: memberGuid }
        this.clock.after(at, () => void send(body))
        if (isTwice) this.clock.after(at + random.between(1, 5_000), () => void send(body))
      }
    }
  }

  /** A page of another origin, in the user's own browser, tries to act for them. */
  #visitForeignPages() {
    const random = this.stream('foreign pages')
    for (const connection of this.connections.values()) {
      for (let count = 0; count < 6; count++) {
        const at = random.between(1_000, 10 * MINUTE)
        if (this.happens('foreign pages', 'foreign page', random))
          this.clock.after(at, () => void this.#forge(connection, random))
      }
    }
  }

  async #forge(connection, random) {
    const page = new Page(this, connection.user, `foreign page of ${connection.name}`, 'https://foreign.example')
    const stored = [...this.flows.values()].findLast(({ connection: name }) => name === connection.name)
    const id = [...this.store.records.keys()][0] ?? 'x'.repeat(43)
    const flow = stored ? `/${id}.${stored.flow}` : ''
    const [action, body] = random.pick([
      ['', { connection: connection.name, flow: '0'.repeat(32) }],
      ['/answer', { round: stored?.step?.round?.number ?? 1, raw: { forged: [this.newSecret(random)] } }],
      ['/cancel', {}],
    ])
    const url = `${EDGE}/flows${action === '' ? '' : flow}${action === '' || flow !== '' ? action : ''}`
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) }
    const reply = await page.fetch(url, init).catch(() => null)
    if (reply && reply.status !== 403) this.flaw('foreign page', `a page of another origin got ${reply.status}`)
    page.close()
  }

  outcome() {
    const { seed, flaws, trace, happened, happenings, deliveries, clock, pageEndings } = this
    const endings = {}
    for (const { failure } of deliveries) {
      const code = failure?.code ?? 'done'
      endings[code] = (endings[code] ?? 0) + 1
    }
    return {
      ...{ seed, flaws, trace, happened, happenings, endings },
      ...{ flows: this.flows.size, events: clock.happened, pages: pageEndings.length },
      virtualMs: clock.now() - NOON,
      hash: createHash('sha256').update(trace.join('\n')).digest('hex'),
      calmEndings: [...this.connections.values()].map(({ ending }) => ending),
      seconds: (performance.now() - this.#begun) / 1000,
    }
  }
}
