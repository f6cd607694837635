/** The vendors and their banks, and an account of all that reaches them. */
import { atTheBank, noteId } from '../crash/at-the-bank.mjs'
import { simulator } from '../lib/package.mjs'
import { DAMAGE, LACKS, MX_DAMAGE, STATUSES } from './faults.mjs'

const BANK = 'https://bank.example'

export class Bank {
  #world
  #random
  /** What has reached the vendors, in its order. */
  arrivals = []

  constructor(world, { rules, mxRules }) {
    this.#world = world
    this.#random = world.stream('bank')
    this.simulator = withLists(
      simulator({ seed: 1 + (world.seed % 1_000_003), now: world.clock.now(), rules, mxRules }),
    )
  }

  /** The address of the vendors for a connection. */
  address = (name) => `${BANK}/${name}`

  #advanced() {
    const { clock } = this.simulator
    clock.advance(Math.max(0, this.#world.clock.now() - clock.now()))
    return this.simulator
  }

  /** A call to the vendors over a link. HTTP lets a proxy repeat only those that change nothing. */
  async call(link, life, url, init) {
    let hasHungUp = false
    init.signal?.addEventListener('abort', () => (hasHungUp = true))
    const how = { signal: init.signal, mayRepeat: init.method === 'GET', what: url }
    const sentAt = this.#world.clock.now()
    const { arrival, reply } = await link.send(how, (isLate) => this.receive(url, init, isLate, sentAt))
    if (life.alive && !hasHungUp && isClear(arrival)) arrival.heard = true
    return reply
  }

  /** Receives a call of an edge or a page. The first part of its path names the connection. */
  async receive(url, { method = 'GET', headers, body }, isLate, sentAt) {
    const [, name] = /^\/(\w+)/.exec(new URL(url).pathname)
    const connection = this.#world.connections.get(name)
    const bank = this.#advanced()
    const call = purposeOf(url, method, body)
    const damaged = this.#damage(bank, connection)
    const arrival = {
      at: this.#world.clock.now(),
      sentAt,
      connection: name,
      ...call,
      damaged,
      isLate,
      heard: false,
      reply: null,
    }
    if (call.answers !== undefined) arrival.right = rightAnswersOf(bank, connection)
    this.arrivals.push(arrival)
    this.#world.note(`${name}: ${call.purpose} reaches the vendor${damaged ? `, whose reply is ${damaged}` : ''}`)
    const reply = await bank.fetch(url, { method, headers, body })
    const bytes = withoutKey(Buffer.from(await reply.arrayBuffer()), damaged)
    arrival.reply = { status: reply.status, ...readReply(bytes) }
    noteId(connection, url, bytes)
    const { token } = arrival.reply.body
    if (typeof token === 'string') this.#world.secrets.addToken(token)
    this.#world.note(`${name}: the vendor replies to ${call.purpose} with ${reply.status} ${arrival.reply.says}`)
    const hasBody = reply.status !== 204 && reply.status !== 304
    return { arrival, reply: new Response(hasBody ? bytes : null, { status: reply.status, headers: reply.headers }) }
  }

  /** Lets the reply to the next call be an odd one. */
  #damage(bank, { vendor }) {
    const happens = (fault) => this.#world.happens('bank', fault, this.#random)
    if (happens('vendor reply damaged')) {
      const kind = this.#random.pick(vendor === 'mx' ? MX_DAMAGE : [...DAMAGE, LACK])
      if (kind === LACK) return `${LACK} ${this.#random.pick(LACKS)}`
      bank.fault({ kind })
      return kind
    }
    if (happens('vendor status')) {
      const status = this.#random.pick(STATUSES)
      const processed = this.#random.chance(0.3)
      const isWait = status === 429 || status === 503
      bank.fault({ kind: 'status', status, processed, ...(isWait && { retryAfter: '20' }) })
      return `${status}${processed ? ', although it was handled' : ''}`
    }
    return null
  }

  right(connection) {
    return rightAnswersOf(this.#advanced(), connection)
  }

  /** Credentials by the guids of a member's institution. */
  async credentialFields({ resolved, base }, values) {
    const { memberGuid } = resolved.params
    const { institutionCode } = members.find((member) => member.memberGuid === memberGuid) ?? {
      institutionCode: 'mxbank',
    }
    const authorization = `Basic ${btoa(`${resolved.clientId}:${resolved.apiKey}`)}`
    const headers = { authorization, accept: 'application/json', 'accept-version': 'v20250224' }
    const reply = await this.#advanced().fetch(`${base}/institutions/${institutionCode}/credentials`, { headers })
    return (await reply.json()).credentials.map(({ guid }, at) => ({ guid, value: values[at] }))
  }

  /** Acts for the user at the vendors' own pages: in the `iframe`, the `widget` or the `window`. */
  act(connection, where, what) {
    // Each call of the vendor's page is at the time of the world, and what takes time there takes it here.
    const bank = over(this.simulator, {
      fetch: (...args) => this.#advanced().fetch(...args),
      clock: { advance: (ms) => this.#world.clock.wait(ms) },
    })
    const { resolved, newestId, base } = connection
    return atTheBank[where](what, { bank, connection: resolved, newestId }, base)
  }
}

const LACK = 'without'

/** Whether a reply says what it said before it was damaged. A refusal needs only its code. */
const isClear = ({ damaged, reply }) =>
  damaged === null || (damaged.startsWith(LACK) && !damaged.endsWith('FlinksCode') && reply.status >= 400)

/** A reply of Flinks without a key, if the damage is such a one. */
function withoutKey(bytes, damaged) {
  if (!damaged?.startsWith(LACK)) return bytes
  const missing = damaged.slice(LACK.length + 1).toLowerCase()
  const body = JSON.parse(bytes.length > 0 ? bytes : '{}')
  for (const key of Object.keys(body)) if (key.toLowerCase() === missing) delete body[key]
  return Buffer.from(JSON.stringify(body))
}

/** The people and members do not depend on the seed, and a simulator parses their lists anew. */
const { people, mx } = simulator()
const { members } = mx

function withLists(bank) {
  const member = (wanted) => members.find(({ name }) => name === wanted)
  const loginId = (wanted) => people.find(({ username }) => username === wanted).loginId
  return over(bank, { people, loginId, mx: over(bank.mx, { members, member }) })
}

/** An object with other properties in front of its own, which are not read. */
const over = (object, properties) =>
  Object.create(object, Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value }])))

const rightAnswersOf = (bank, { newestId }) => atTheBank.right({}, { bank, newestId })

/** The purpose of a call to a vendor, what it submits, and the ids in it. */
function purposeOf(url, method, body) {
  const { pathname } = new URL(url)
  const last = pathname.split('/').at(-1)
  const sent = body ? JSON.parse(body) : {}
  if (last === 'GenerateAuthorizeToken') return { purpose: 'token' }
  if (/\/Authorize/.test(pathname)) {
    const ids = { loginId: sent.LoginId, requestId: sent.RequestId }
    if (sent.SecurityResponses) {
      return {
        purpose: 'answer',
        ...ids,
        answers: Object.values(sent.SecurityResponses).flat(),
        raw: sent.SecurityResponses,
      }
    }
    if (ids.requestId || method === 'GET') return { purpose: 'poll', ...ids }
    const credentials = sent.Username !== undefined ? { credentials: [sent.Username, sent.Password] } : {}
    return { purpose: sent.MostRecentCached ? 'cached start' : 'live start', ...ids, ...credentials }
  }
  const member = /MBR-[\w-]+/.exec(pathname)?.[0]
  const given = sent.member?.credentials?.map(({ value }) => value)
  const values = given?.length > 0 ? given : undefined
  if (last === 'resume') {
    return {
      purpose: 'resume',
      member,
      answers: sent.member.challenges.map(({ value }) => value),
      guids: sent.member.challenges.map(({ guid }) => guid),
    }
  }
  if (method === 'GET') return { purpose: last, member }
  if (last === 'members') return { purpose: 'create', ...(values && { credentials: values }) }
  if (method === 'PUT') return { purpose: 'update', member, ...(values && { credentials: values }) }
  return { purpose: `job ${last}`, member }
}

/** What a vendor says: its code or status, whether the data is there, and the session's id. */
function readReply(bytes) {
  let body
  try {
    body = JSON.parse(bytes.length > 100_000 ? 'null' : bytes)
  } catch {}
  const keys = Object.fromEntries(Object.entries(body ?? {}).map(([key, value]) => [key.toLowerCase(), value]))
  const member = keys.member ?? {}
  const code = keys.flinkscode ?? keys.error?.type ?? keys.error?.code
  const status = member.connection_status
  const says = code ?? status ?? (keys.requestid ? `session` : '')
  return { code, says, mxStatus: status, requestId: keys.requestid, login: keys.login, body: keys }
}
