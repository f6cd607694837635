/**
 * The runner: what can be done to one connection's flow, wherever its record lives.
 *
 * Between two requests nothing of a flow is in memory. A *turn* (turn.ts) takes it out of its record, lets one thing
 * happen, and puts it away again: everything here is reading a record, taking a turn where one is due, and waiting.
 * Who takes the turn is decided by the store's compare-and-set alone, so any machine may try.
 *
 * The seam for another home: a `Runner` is a `Home`, whose calls take and give plain JSON. So a front may do the
 * defences (handler.ts), and the runner may sit elsewhere, such as in an object of its own for each record id: give it
 * a `store` over that object's storage, whose `write` sets the object's alarm to the `due` it is given, call `due(id)`
 * when the alarm rings, and set `alone`: nobody else can be at a record then, so one that was left while sending
 * is taken up at once. Time comes from `clock` only, but for the second after which a shared record is read again.
 */
import { newId, type PublicStep } from '../shared.js'
import { FlowError, staleRound } from '../flow/errors.js'
import type { Flow } from '../flow/flow.js'
import type { Claim, RawAnswers } from '../flow/steps.js'
import { isEnding } from '../flow/steps.js'
import type { Clock, HostOptions, WaitsFor } from '../flow/host.js'
import { OVER } from '../flow/transport.js'
import type { PersonNeeded, Connection, FlowEnded } from './config.js'
import type { Local } from './local.js'
import { problem, toProblem } from './problem.js'
import { read, type DataSource, type DataStep, type Reading } from './reading.js'
import { isPersons, type FlowRecord } from './record.js'
import type { Sealer } from './seal.js'
import type { Store } from './store.js'
import { Conflict, Turn, type Held } from './turn.js'

/** A flow as its page sees it. */
export interface State {
  /** The handle: the record's id, and the flow's own. */
  flow: string
  version: number
  step: PublicStep
}

/** Whose flow on which connection, and the id of its record. */
export interface Who {
  id: string
  user: string
  connection: string
}

/** A flow, by its handle, and who asks for it. */
export interface At {
  id: string
  flow: string
  user: string
}

/** Answers, by field names or in the vendor's own form. */
export type Given = { answers: Record<string, string | string[]> } | { raw: RawAnswers }

/** What a page says of the vendor's page. */
export type Message = { kind: 'returned'; claim: Claim } | { kind: 'token-refused' } | { kind: 'landed'; url: string }

/** Where flows live. Its calls take and give plain JSON; a refusal rejects with a `FlowError` or a `Problem`. */
export interface Home {
  /** Begins a flow, or joins the one that runs; a start that comes again, by its own id, joins what it began. */
  start(who: Who, flow?: string): Promise<State>
  /** A flow as it is; with `after`, once it has another version than that, or after `wait` milliseconds. */
  look(at: At, after?: number, wait?: number, signal?: AbortSignal): Promise<State>
  /** Takes an answer, and waits for what comes of it. */
  answer(at: At, round: number, given: Given): Promise<State>
  message(at: At, message: Message): Promise<State>
  cancel(at: At): Promise<State>
  /** What a page may read of a flow that is done; or when to ask again, after 25 seconds. */
  read(at: At, what: string): Promise<Reading>
  /** Somebody says that the vendor has news. */
  webhook(who: Who): Promise<void>
  /** Does what is due although nobody looks. */
  due(id: string): Promise<void>
  /** Counts something of a name; where there were `most` in `span` milliseconds, after how many there may be another one. */
  count(id: string, most: number, span: number): Promise<number>
}

/** What a runner is made of. */
export interface RunnerOptions {
  store: Store
  sealer: Sealer
  clock: Clock
  /** What each turn gives its flow. */
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  /** What a connection means. */
  resolve(user: string, connection: string): Promise<Connection | null>
  onPersonNeeded?: ((asked: PersonNeeded) => unknown) | undefined
  onFlowEnded?: ((ended: FlowEnded) => unknown) | undefined
  onError(error: unknown): void
  /** Keeps the process or the worker for as long as this runs. */
  background(task: Promise<unknown>): void
  local: Local
  answersPerFlow: number
  /** What pages may read, by its name. */
  readers?: Record<string, (source: DataSource) => DataStep | Promise<DataStep>> | undefined
  readsPerFlow: number
  /** Nobody else can write these records. */
  alone?: boolean
}

/** How long a request waits for a change at most, in milliseconds. */
export const HOLD = 25_000

/** How long a flow lives at most: the core ends it after two hours; then it is cancelled. */
const LIFE = 135 * 60_000

/** How much later a record that nobody has cancelled may be deleted, in milliseconds. */
const KEPT = 60 * 60_000

/** How long an ending that nobody hears of is kept to be told, in milliseconds. */
const UNHEARD = 24 * 60 * 60_000

/** How often a record that others may write is read again, in milliseconds of real time. */
const AGAIN = 1_000

type Act = (flow: Flow) => unknown

export class Runner implements Home {
  readonly #own: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#own = options
  }

  async start({ id, user, connection }: Who, flow?: string): Promise<State> {
    for (;;) {
      const { record, version: at, expired } = await this.#read(id)
      if (record && (!isEnding(record.step) || record.flow === flow)) return toState(id, record)
      if (expired && !isEnding(expired.step)) {
        await this.#end(id, { record: expired, version: at }).catch(unlessConflict)
        continue
      }
      const last = record ?? expired
      const told = last && (await this.#tell(id, { record: last, version: at }))
      const fresh = this.#fresh(user, connection, flow, told?.record.untold)
      const { local } = this.#own
      const { change, stop } = local.changed(id)
      try {
        const turn = local.turns.get(id) ?? this.#turn(id, { record: fresh, version: told?.version ?? at }, true)
        // Its first write is what makes a flow.
        await Promise.race([change, turn.catch(() => {})])
        if (local.turns.get(id) !== turn) await turn.catch(unlessConflict)
      } finally {
        stop()
      }
      const { record: made } = await this.#read(id)
      if (made && made.flow !== last?.flow) return toState(id, made)
    }
  }

  async look(at: At, after?: number, wait = HOLD, signal?: AbortSignal): Promise<State> {
    return this.#hold(at, ({ version }) => version !== after, wait, signal)
  }

  async answer(at: At, round: number, given: Given): Promise<State> {
    const stands = ({ step, asked, answers }: FlowRecord) => {
      if (round > asked) throw outOfTurn()
      if (step.kind !== 'challenge' || step.round.number !== round) return false
      if (answers >= this.#own.answersPerFlow) throw problem('RATE_LIMITED')
      return true
    }
    return this.#take(at, stands, async ({ current }) => {
      if (current.kind !== 'challenge' || current.round.number !== round) throw staleRound(at.flow)
      await ('raw' in given ? current.answerRaw(given.raw) : current.answer(given.answers))
    })
  }

  async message(at: At, message: Message): Promise<State> {
    const wanted = message.kind === 'landed' ? 'redirect' : 'connect'
    const stands = ({ step }: FlowRecord) => step.kind === wanted
    return this.#take(at, stands, ({ current }) => {
      if (message.kind === 'landed' && current.kind === 'redirect') current.returned(message.url)
      if (message.kind === 'returned' && current.kind === 'connect') current.returned(message.claim)
      if (message.kind === 'token-refused' && current.kind === 'connect') current.tokenRefused()
    })
  }

  async cancel(at: At): Promise<State> {
    for (;;) {
      const held = await this.#open(at)
      if (isEnding(held.record.step)) return toState(at.id, held.record)
      const ended = await this.#end(at.id, held).catch(unlessConflict)
      if (ended) return toState(at.id, ended.record)
    }
  }

  read(at: At, what: string): Promise<Reading> {
    const { clock, local, options, readers, readsPerFlow, background } = this.#own
    return read(
      {
        ...{ clock, local, options, readers, readsPerFlow, background, hold: HOLD },
        open: (at) => this.#open(at),
        write: (held, record) => this.#write(at.id, held, record),
        connection: (record) => this.#connection(record),
        within: (ms, change) => this.#within(ms, change, true, undefined, 'vendor'),
      },
      at,
      what,
    )
  }

  async webhook({ id, user, connection }: Who): Promise<void> {
    const { record, version, expired } = await this.#read(id)
    if (record && isEnding(record.step)) return
    if (expired && !isEnding(expired.step)) return this.due(id)
    if (record === null) return this.#lookInto(id, version, user, connection, expired?.untold)
    // What waits for the vendor looks as early as the vendor allows. The rest is the person's.
    const wakes = this.#wakes(record) - this.#own.clock.now()
    if (isPersons(record.step) && record.step.kind !== 'redirect') return
    await this.#own.clock.wait(Math.max(0, Math.min(wakes, HOLD)), new AbortController().signal, 'vendor')
    await this.due(id)
  }

  async due(id: string): Promise<void> {
    const { record, version, expired } = await this.#read(id)
    const last = record ?? expired
    // A count of something.
    if (last === undefined) return
    // Who ended it tells of it; another one does where that one was not heard.
    const isLate = (last.due ?? 0) <= this.#own.clock.now()
    if (isEnding(last.step)) await (isLate && this.#tell(id, { record: last, version }))
    else if (record === null) await this.#end(id, { record: last, version }).catch(unlessConflict)
    else if (!this.#own.local.turns.has(id) && this.#wakes(record) <= this.#own.clock.now()) {
      await this.#turn(id, { record, version }, false).catch(unlessConflict)
    }
  }

  async count(id: string, most: number, span: number): Promise<number> {
    const { store, sealer, clock } = this.#own
    for (;;) {
      const found = await store.read(id)
      const now = clock.now()
      const times = found ? (JSON.parse(await sealer.open(found.sealed, id)) as number[]) : []
      const recent = times.filter((time) => time > now - span)
      if (recent.length >= most) return (recent.at(-most) ?? now) + span - now
      const sealed = await sealer.seal(JSON.stringify([...recent, now]), id)
      if (await store.write(id, sealed, found?.version ?? 0, { expires: now + span })) return 0
    }
  }

  // Records -------------------------------------------------------------------------------------

  async #read(id: string): Promise<{ record: FlowRecord | null; version: number; expired?: FlowRecord }> {
    const found = await this.#own.store.read(id)
    if (found === null) return { record: null, version: 0 }
    const { version } = found
    // A record that does not open is no page's mistake.
    const text = await this.#own.sealer.open(found.sealed, id).catch((error: unknown) => {
      throw toProblem(error, 500)
    })
    const record = JSON.parse(text) as FlowRecord
    // A count of something.
    if (Array.isArray(record)) return { record: null, version }
    if (record.expires <= this.#own.clock.now()) return { record: null, version, expired: record }
    return { record, version }
  }

  /** Another user's flow and an old one are as if they were not. */
  async #open({ id, flow, user }: At): Promise<Held> {
    const { record, version } = await this.#read(id)
    if (record === null || record.user !== user || record.flow !== flow) throw problem('NOT_FOUND')
    return { record, version }
  }

  async #write(id: string, { record: before, version }: Held, record: FlowRecord): Promise<boolean> {
    const { store, sealer, local } = this.#own
    const ended = isEnding(record.step)
    // Nobody reads it any more, yet somebody is to hear of it.
    const expires = record.expires + (!ended ? KEPT : record.untold ? UNHEARD : 0)
    const sealed = await sealer.seal(JSON.stringify(record), id)
    const due = ended ? (record.due ?? expires) : Math.min(this.#wakes(record), record.expires)
    const written = await store.write(id, sealed, version, { due, expires })
    // Nobody waits for what stands between a send and its reply.
    if (written && (record.version !== before.version || before.busyUntil === 0)) local.notify(id)
    return written
  }

  #fresh(user: string, connection: string, id = newId(), untold?: FlowEnded[]): FlowRecord {
    const step: PublicStep = { kind: 'working', stage: 'start', until: null }
    const flow = { v: 1 as const, user, connection, flow: id, version: 1, step, snapshot: null, tokens: {} }
    const expires = this.#own.clock.now() + LIFE
    return { ...flow, answers: 0, asked: 0, due: null, busyUntil: 0, expires, ...(untold && { untold }) }
  }

  #isBusy(id: string, { busyUntil }: FlowRecord): boolean {
    const { local, alone, clock } = this.#own
    return local.turns.has(id) || (!alone && busyUntil > clock.now())
  }

  /** When somebody must take a turn. */
  #wakes({ busyUntil, snapshot, due }: FlowRecord): number {
    if (busyUntil > 0) return this.#own.alone ? 0 : busyUntil
    return snapshot === null ? 0 : (due ?? Infinity)
  }

  // Turns ---------------------------------------------------------------------------------------

  /** Takes a turn in the background, and gives its end. */
  #turn(id: string, held: Held, present: boolean, act?: Act, known?: Connection): Promise<Held> {
    const { local, background } = this.#own
    const run = async () => {
      const connection = known ?? (await this.#connection(held.record))
      return this.#tell(id, await this.#newTurn(id, held).run(connection, act))
    }
    const turn = run().finally(() => {
      if (local.turns.get(id) === turn) local.turns.delete(id)
      local.notify(id)
    })
    local.turns.set(id, turn)
    // The person may answer while the company is still being told that they are asked.
    background(turn.then((after) => this.#tellAsked(held.record, after.record, present)).catch(() => {}))
    return turn
  }

  async #end(id: string, held: Held): Promise<Held> {
    const { local } = this.#own
    const others = local.turns.get(id)
    const { user, connection } = held.record
    const found = await this.#own.resolve(user, connection)
    const ended = await this.#newTurn(id, held).cancel(found)
    // Whoever is still at it sends nothing more, and the next flow does not wait for them.
    if (local.turns.get(id) === others) local.turns.delete(id)
    local.notify(id)
    return this.#tell(id, ended)
  }

  #newTurn(id: string, held: Held): Turn {
    const { clock, options, onFlowEnded, readers } = this.#own
    const write = (held: Held, record: FlowRecord) => this.#write(id, held, record)
    const tells = onFlowEnded !== undefined
    return new Turn({ clock, options, tells, keeps: Object.keys(readers ?? {}).length > 0, write }, held)
  }

  async #connection({ user, connection }: FlowRecord): Promise<Connection> {
    const found = await this.#own.resolve(user, connection)
    if (found === null) throw problem('NOT_FOUND')
    return found
  }

  /**
   * Takes a turn for a page where what it is about still stands, and waits for what comes of it. What comes a second
   * time, or too late, gets what the first one led to.
   */
  async #take(at: At, stands: (record: FlowRecord) => boolean, act: Act): Promise<State> {
    const { clock, local } = this.#own
    const until = clock.now() + HOLD
    const left = () => Math.max(0, until - clock.now())
    for (;;) {
      const held = await this.#open(at)
      const { busyUntil, step } = held.record
      // Who looks behind an open window has heard nothing of it.
      const looks = busyUntil > 0 && step.kind === 'redirect' && left() > 0
      if ((busyUntil > 0 && !looks) || !stands(held.record)) return this.#outcome(at, left())
      if (looks) {
        await this.#hold(at, ({ busyUntil }) => busyUntil === 0, left())
        continue
      }
      const others = local.turns.get(at.id)
      if (others !== undefined) {
        // It may come to nothing, and then this one is the first.
        await this.#within(
          left(),
          others.catch(() => {}),
          false,
        )
        if (left() === 0) return toState(at.id, held.record)
        continue
      }
      const turn = this.#turn(at.id, held, true, act)
      try {
        const after = await this.#within(left(), turn, false)
        if (after && after.record.step.kind !== 'working') return toState(at.id, after.record)
        return await this.#outcome(at, left())
      } catch (error) {
        // Somebody else was first, and the record says so by now.
        if (error instanceof Conflict) continue
        throw error
      }
    }
  }

  /** Endings are told until they were heard, the oldest first; those of earlier flows go with the next one's record. */
  async #tell(id: string, held: Held): Promise<Held> {
    const [ended, ...others] = held.record.untold ?? []
    if (ended === undefined || !isEnding(held.record.step)) return held
    try {
      await this.#own.onFlowEnded?.(ended)
    } catch (error) {
      this.#own.onError(error)
      return held
    }
    for (let at = held; ;) {
      const { untold: _, ...record } = at.record
      const told = others.length > 0 ? { ...at.record, untold: others } : { ...record, due: null }
      if (await this.#write(id, at, told)) return this.#tell(id, { record: told, version: at.version + 1 })
      // A page may have begun to read meanwhile.
      const { record: found, version, expired } = await this.#read(id)
      const last = found ?? expired
      if (last?.flow !== held.record.flow || last.untold?.length !== others.length + 1) return held
      at = { record: last, version }
    }
  }

  async #tellAsked(before: FlowRecord, after: FlowRecord, present: boolean): Promise<void> {
    const { step, user, connection, flow } = after
    const round = step.kind === 'challenge' ? { round: step.round.number } : {}
    const was = before.step.kind === 'challenge' ? before.step.round.number : undefined
    if (!isPersons(step) || (before.step.kind === step.kind && was === round.round)) return
    try {
      await this.#own.onPersonNeeded?.({ user, connection, flow, step: step.kind, ...round, present })
    } catch (error) {
      this.#own.onError(error)
    }
  }

  /**
   * Nobody runs a flow. Where the vendor can be asked without the bank's hearing of it, which is MX's status, a flow
   * does so: it waits for its person where MX asks something, or it ends, and the bank's session is begun by the person.
   */
  async #lookInto(
    id: string,
    version: number,
    user: string,
    connection: string,
    untold: FlowEnded[] | undefined,
  ): Promise<void> {
    const found = await this.#own.resolve(user, connection)
    if (found?.vendor !== 'mx') return
    const { userGuid, memberGuid, presentation } = found.params
    if (memberGuid === undefined) return
    const params = { userGuid, memberGuid, ...(presentation && { presentation }) }
    const record = this.#fresh(user, connection, newId(), untold)
    await this.#turn(id, { record, version }, false, undefined, { ...found, params }).catch(unlessConflict)
  }

  // Waiting -------------------------------------------------------------------------------------

  /** Waits for what comes of an answer or a message. */
  #outcome(at: At, wait: number): Promise<State> {
    return this.#hold(at, (record) => record.step.kind !== 'working' && !this.#isBusy(at.id, record), wait)
  }

  /** Waits until it is enough, and takes the turns that are due. */
  async #hold(at: At, enough: (record: FlowRecord) => boolean, wait: number, signal?: AbortSignal): Promise<State> {
    const { clock, local } = this.#own
    const until = clock.now() + wait
    for (;;) {
      const { change, stop } = local.changed(at.id)
      try {
        const { record, version } = await this.#open(at)
        const now = clock.now()
        const wakes = this.#wakes(record)
        const others = local.turns.get(at.id)
        const over = isEnding(record.step) || enough(record) || now >= until || signal?.aborted === true
        let turn = others
        if (turn === undefined && wakes <= now && !isEnding(record.step))
          turn = this.#turn(at.id, { record, version }, true)
        if (over) return toState(at.id, record)
        if (turn !== undefined && turn !== others) {
          const mine = turn.catch(unlessConflict)
          await this.#within(until - now, Promise.race([mine, change]), true, signal)
          if (local.turns.get(at.id) !== turn) await mine
        } else {
          // At rest, only time can bring a change of these.
          const isVendors = record.busyUntil === 0 && ['working', 'redirect'].includes(record.step.kind)
          const sleep = Math.min(turn ? Infinity : wakes, until) - now
          await this.#within(sleep, change, true, signal, isVendors && !turn ? 'vendor' : 'person')
        }
      } finally {
        stop()
      }
    }
  }

  /** Waits for a task, but no longer than so many milliseconds; for a change that others may make, not for long. */
  async #within<T>(
    ms: number,
    task: Promise<T>,
    others: boolean,
    signal?: AbortSignal,
    waitsFor: WaitsFor = 'person',
  ): Promise<T | void> {
    const stop = new AbortController()
    let end = () => {}
    const stopped = new Promise<void>((resolve) => (end = resolve))
    signal?.addEventListener('abort', end)
    const timer = !others || this.#own.alone ? undefined : setTimeout(end, AGAIN)
    try {
      return await Promise.race([task, stopped, this.#own.clock.wait(ms, stop.signal, waitsFor)])
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      stop.abort(OVER)
    }
  }
}

function toState(id: string, { flow, version, step }: FlowRecord): State {
  return { flow: `${id}.${flow}`, version, step }
}

function unlessConflict(error: unknown): undefined {
  if (!(error instanceof Conflict)) throw error
  return undefined
}

function outOfTurn(): FlowError {
  const message = 'this was not asked yet'
  return new FlowError({ code: 'OUT_OF_TURN', next: 'fix-integration', message, path: null, fields: [] })
}
