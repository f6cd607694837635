/** Sees all that leaves a page, an edge or a store: remembers what the invariants need, and looks for secrets in it. */
import { isTrueRefusal, waitedTooLong } from './refusals.mjs'
import { SEAL, releases } from './releases.mjs'

const readSealed = releases[0].sealer(SEAL)

/** The errors that the edge makes itself: those by name, a time limit's, and that of a token which it did not get. */
const OWN_ERRORS = ['Problem', 'FlowError', 'TimeoutError']
const isOwn = (error) =>
  OWN_ERRORS.includes(error?.name) || /^(GenerateAuthorizeToken|onFlowEnded) /.test(error?.message)
const rootOf = (error) => (error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error)

const isEnding = ({ kind }) => kind === 'done' || kind === 'failed'

export class Witness {
  #world

  constructor(world) {
    this.#world = world
  }

  /** What the company's functions get. */
  onPersonNeeded(event) {
    this.#world.secrets.scan('onPersonNeeded', JSON.stringify(event), this.#world)
    this.#world.note(`${event.connection}: a ${event.step} needs the user`)
    this.#world.calls.push(event)
    const { flow, present } = event
    if (present && !this.#named.has(flow)) this.#world.flaw('person needed', `no page has sent anything of ${flow}`)
  }

  onEvent(event) {
    this.#world.secrets.scan('onEvent', JSON.stringify(event), this.#world)
  }

  onEdgeError(error) {
    this.#world.note(`edge error: ${error?.message}`)
    const texts = [error, error?.cause].map((each) => (each instanceof Error ? each.stack : JSON.stringify(each)))
    this.#world.secrets.scan('onError', texts.join(), this.#world)
    if (error instanceof Error && error.name === 'FlowError' && error.code === 'internal-error')
      this.#world.flaw('internal error', error.stack)
    const root = rootOf(error)
    if (!this.#world.isFault(root) && !isOwn(root))
      this.#world.flaw('throws', `the edge reports ${root?.stack ?? JSON.stringify(root)}`)
  }

  /** The flows that pages have named to an edge. */
  #named = new Set()

  /** An edge gets a request. */
  onRequest(url, body) {
    const { flow } = body ? JSON.parse(body) : {}
    const [, named = flow] = /\/flows\/[\w-]+\.(\w+)/.exec(url) ?? []
    this.#named.add(named)
  }

  /** An edge calls a vendor. Returns a function for the end of the call, until which the lease must last. */
  onCall(connection) {
    const { clock, flows, stored } = this.#world
    const known = [...flows.values()].findLast((flow) => !flow.isLocal && flow.connection === connection)
    const { leaseUntil = 0, lateMs, flow } = stored.get(known?.record)?.at(-1) ?? {}
    return () => {
      const overMs = clock.now() - leaseUntil - lateMs
      if (leaseUntil > 0 && overMs > 0) this.#world.flaw('lease too short', `${flow}: a call lasts ${overMs} ms longer`)
    }
  }

  /** An edge has replied. It is never at fault itself. */
  onServed({ method, path, status, retryAfter, text, body, from, format }) {
    const { clock } = this.#world
    if (waitedTooLong({ path, from, now: clock.now() }, this.#world))
      this.#world.flaw('waits too long', `${method} ${path} takes ${clock.now() - from} ms`)
    if (status < 500) return
    const sent = body && JSON.parse(body)
    const all = this.#world.stored.get(this.#recordOf(path, sent)) ?? []
    // The first one is what the request has found.
    const stored = all.slice(
      Math.max(
        0,
        all.findLastIndex(({ at }) => at <= from),
      ),
    )
    const { code, next } = JSON.parse(text)
    const request = { path, sent, from, now: clock.now(), stored, format }
    if (isTrueRefusal(request, { status, code, next, retryAfter }, this.#world)) return
    this.#world.flaw('server error', `${method} ${path} gets ${status} ${code}`)
  }

  /** The id of the record that a request concerns: a start names its connection only. */
  #recordOf(path, sent) {
    const [, id] = /\/flows\/([\w-]+)\./.exec(path) ?? []
    return id ?? [...this.#world.flows.values()].findLast(({ connection }) => connection === sent?.connection)?.record
  }

  /** A page runs a flow itself. */
  onLocalFlow({ name, user }, { id }) {
    const known = { flow: id, connection: name, user, at: this.#world.clock.now(), stages: [], isLocal: true }
    this.#world.flows.set(id, known)
  }

  /** A record was written. `isLost` tells whether the edge learns nothing of it, and `lateMs` how long the store took. */
  async onRecord(id, sealed, { isLost, lateMs }) {
    this.#world.secrets.scan('a sealed record', sealed, this.#world)
    this.#world.wakeRereads()
    const text = await readSealed.open(sealed, id)
    const record = JSON.parse(text)
    if (record.kind !== 'flow') return
    this.#world.secrets.scan('a record', text, this.#world)
    const { flow, connection, user, step, version } = record
    const at = this.#world.clock.now()
    const known = this.#world.flows.get(flow) ?? { flow, connection, user, at, stages: [], record: id }
    this.#world.flows.set(flow, known)
    const stored = this.#world.stored.get(id) ?? []
    this.#world.stored.set(id, stored)
    const before = stored.at(-1)
    if (before?.leaseUntil > at && before.flow !== flow)
      this.#world.flaw('lease ignored', `${flow} begins during a call of ${before.flow}`)
    stored.push({
      at,
      format: record.v,
      flow,
      leaseUntil: record.leaseUntil,
      kind: step.kind,
      number: step.round?.number ?? step.number,
      ...{ isLost, lateMs },
    })
    const label = step.kind === 'working' ? step.stage : step.kind
    if (known.stages.at(-1) !== label) known.stages.push(label)
    if (known.version > version) this.#world.flaw('goes back', `version ${version} of ${flow} after ${known.version}`)
    Object.assign(known, { step, version })
    if (known.endedAt !== undefined && !isEnding(step))
      this.#world.flaw('received twice', `${connection}: ${flow} begins again after its end`)
    if (isEnding(step)) known.endedAt ??= at
    this.#world.note(`${connection}: stored ${label}${record.leaseUntil ? ', leased' : ''}`)
  }

  /** A record has expired. An edge that can read it has ended its flow before. */
  onPurge(id) {
    const { stored, fleet, clock } = this.#world
    const all = stored.get(id)
    const isRead = ({ life, format }) => life.alive && format === all.at(-1).format
    if (all && !fleet.edges.some(isRead)) all.push({ at: clock.now(), format: null, leaseUntil: 0 })
  }

  /** A page got a reply of the edge. */
  onReply(page, what, status, text) {
    this.#world.note(`${page.name}: ${what} gets ${status}`)
    if (text !== undefined) this.#world.secrets.scanPage('a reply to a page', text, this.#world)
    if (text !== undefined) this.#findIds(text)
  }

  onText(_, bytes) {
    const text = Buffer.from(bytes).toString()
    this.#world.secrets.scanPage('an event of a stream', text, this.#world)
    this.#findIds(text)
  }

  /** No page gets an id of a vendor, except in the address of an iframe or a window. */
  #findIds(text) {
    const others = text.replaceAll(/"(address|url)":"[^"]*"/g, '')
    for (const { ids } of this.#world.connections.values()) {
      for (const id of ids) if (others.includes(id)) this.#world.flaw('secret', `a page gets the id ${id}`)
    }
  }

  onPageEnding(connection, flow, step) {
    const id = flow.id.split('.').at(-1)
    if (connection.isLocal) {
      const outcome = step.kind
      this.#world.company.onFlowEnded({
        flow: id,
        connection: connection.name,
        outcome,
        result: step.result,
        failure: step.failure,
      })
    }
    this.#world.pageEndings.push({ at: this.#world.clock.now(), connection: connection.name, flow: id, step })
    const trace = JSON.stringify(flow.trace())
    const error = step.error ? `${step.error.stack} ${JSON.stringify(step.error)}` : ''
    this.#world.secrets.scanPage('a page', `${trace} ${error} ${JSON.stringify(step)} ${flow.snapshot()}`, this.#world)
  }

  /** A call of a page's flow was refused. */
  onRefusal(connection, page, name, error) {
    this.#world.note(`${page.name}: ${name} is refused with ${error?.code}`)
    if (error?.name !== 'FlowError') this.#world.flaw('throws', `${name}: ${error?.stack ?? error}`)
    this.#world.secrets.scanPage('a refusal', `${error?.stack} ${JSON.stringify(error)}`, this.#world)
  }
}
