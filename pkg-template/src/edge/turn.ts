import type { PublicStep } from '../shared.js'
import type { Flow } from '../flow/flow.js'
import { isEnding } from '../flow/steps.js'
import type { Clock, HostOptions, WaitsFor } from '../flow/host.js'
import { begin, goOn, MINT } from './connection.js'
import type { Connection, FlowEnded } from './config.js'
import { toProblem } from './problem.js'
import { toPublic, type FlowRecord } from './record.js'

/** A record, and the version of the store that it was read at. */
export interface Held {
  record: FlowRecord
  version: number
}

/** What a turn needs of its runner. */
export interface TurnHost {
  clock: Clock
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  /** Whether an ending is told to somebody, who is told again until it was heard. */
  tells: boolean
  /** Whether a flow that is done keeps the vendor's ids in its record, for its data to be read. */
  keeps: boolean
  /** Writes where nobody else has; `false` where somebody has. */
  write(held: Held, record: FlowRecord): Promise<boolean>
}

/** Somebody else was first: what this turn did was dropped, and nothing of it was sent. */
export class Conflict extends Error {}

/** How much longer than a send may take its sender is left alone, in milliseconds. */
const GRACE = 5_000

/** How a flow ends whose connection the company has taken away. */
const GONE: PublicStep = {
  kind: 'failed',
  failure: {
    ...{ code: 'cancelled', next: 'start-over', message: 'the connection is no more' },
    ...{ retryAt: null, vendorCode: null, status: null },
  },
}

/** How long an ending stays to be read, in milliseconds. */
const LINGER = 10 * 60_000

/** After how long an address that could not be made, or an ending that was not heard, is tried again. */
const AGAIN = 60_000

/**
 * One turn: takes a flow up out of its record, lets something happen to it, and puts it away when it comes to
 * rest: at the person, at a wait for the vendor or at its end. It writes before each send and at rest, always by
 * compare-and-set. When it loses one, it stops, and nothing more is sent.
 */
export class Turn {
  readonly #host: TurnHost
  readonly #dropped = new AbortController()
  /** What this turn wrote last, or began with. */
  #held: Held
  #claimed = false
  /** Why nothing more of it counts. */
  #trouble: unknown
  #tokens: Record<string, string>
  #flow: Flow | undefined
  /** The wait that the flow is put away with. */
  #waits: { until: number; signal: AbortSignal } | undefined
  #wake = () => {}

  constructor(host: TurnHost, held: Held) {
    this.#host = host
    this.#held = held
    this.#tokens = { ...held.record.tokens }
  }

  /** Takes the turn; `act` is what happens in it. Rejects with a `Conflict`, or with what `act` refuses. */
  async run(connection: Connection, act?: (flow: Flow) => unknown): Promise<Held> {
    const { record } = this.#held
    const host: Parameters<typeof begin>[1] = {
      ...this.#host.options,
      signal: this.#dropped.signal,
      clock: { now: () => this.#host.clock.now(), wait: this.#wait },
      store: (snapshot, timeout) => this.#store(snapshot, timeout),
      token: this.#token,
    }
    // A window that somebody was just looking behind is asked for anew.
    const window = record.step.kind === 'redirect' && record.busyUntil === 0 ? record.step.url : null
    const { snapshot } = record
    const flow = (this.#flow = configured(() =>
      snapshot === null ? begin(connection, host) : goOn(snapshot, window, connection, host),
    ))
    const stop = flow.subscribe(() => this.#wake())
    try {
      if (act) await this.#act(flow, act)
      // The wait that it was put away with begins.
      await Promise.resolve()
      while (!this.#rests(flow)) await new Promise<void>((resolve) => (this.#wake = resolve))
      return await this.#rest(flow)
    } finally {
      stop()
      flow.detach('')
    }
  }

  /** Ends the flow, whoever is at it, and whether or not its connection is still known. */
  cancel(connection: Connection | null): Promise<Held> {
    this.#dropped.abort()
    return connection ? this.run(connection) : this.#end(GONE, {})
  }

  async #act(flow: Flow, act: (flow: Flow) => unknown): Promise<void> {
    try {
      await act(flow)
    } catch (error) {
      // What came too late has ended the flow, and that is the outcome.
      if (!isEnding(flow.current)) throw error
    }
  }

  #rests({ current }: Flow): boolean {
    // A round that has expired is about to end the flow.
    const asks = current.kind === 'challenge' && !((current.round.expires?.at ?? Infinity) <= this.#host.clock.now())
    return this.#due() !== null || asks || isEnding(current)
  }

  #due(): number | null {
    return this.#waits === undefined || this.#waits.signal.aborted ? null : this.#waits.until
  }

  async #rest(flow: Flow): Promise<Held> {
    if (this.#trouble !== undefined) throw this.#trouble
    const { record } = this.#held
    const { current } = flow
    const now = this.#host.clock.now()
    // Its token is stored with it.
    const address = current.kind === 'connect' ? await current.pageUrl().catch(() => null) : null
    const due = current.kind === 'connect' && address === null ? now + AGAIN : this.#due()
    const step = toPublic(current, address)
    if (!isEnding(current)) {
      const asked = step.kind === 'challenge' ? Math.max(record.asked, step.round.number) : record.asked
      return this.#write({ step, asked, due, busyUntil: 0, snapshot: flow.snapshot(), tokens: { ...this.#tokens } })
    }
    if (current.kind !== 'done') return this.#end(step, {})
    return this.#end(step, { result: current.result })
  }

  /** Writes an ending: what the vendor was told and what it said is gone then, but for what is still to be told or read. */
  #end(step: PublicStep, result: { result?: unknown }): Promise<Held> {
    const { user, connection, flow, untold = [] } = this.#held.record
    const now = this.#host.clock.now()
    const ended: FlowEnded = {
      ...{ user, connection, flow, ...result },
      ...(step.kind === 'failed' ? { outcome: 'failed', failure: step.failure } : { outcome: 'done' }),
    }
    return this.#write({
      ...{ step, busyUntil: 0, snapshot: null, tokens: {} },
      ...(this.#host.tells ? { untold: [...untold, ended], due: now + AGAIN } : { due: null }),
      ...(this.#host.keeps && result),
      expires: now + LINGER,
    })
  }

  /** Before each send. */
  async #store(snapshot: string, timeout: number): Promise<void> {
    const busyUntil = this.#host.clock.now() + timeout + GRACE
    await this.#write({ ...this.#working(), snapshot, tokens: { ...this.#tokens }, due: null, busyUntil })
    this.#claimed = true
  }

  /**
   * Makes the turn this one's before anything costs: the record keeps the flow as it was, so that a crash now
   * has lost nothing. What was said of the frame is kept, too: opening and confirming may be done again.
   */
  async #claim(time: number, again = false): Promise<void> {
    if (this.#claimed && !again) return
    const { current } = this.#flow!
    const isFrames = current.kind === 'connect' || (current.kind === 'working' && current.stage === 'verify')
    const busyUntil = this.#host.clock.now() + time + GRACE
    await this.#write({ ...this.#working(), ...(isFrames && { snapshot: this.#flow!.snapshot() }), busyUntil })
    this.#claimed = true
  }

  #working(): { step: PublicStep; answers: number } {
    const { current } = this.#flow!
    const { step, answers } = this.#held.record
    const taken = step.kind === 'challenge' && current.kind === 'working'
    return { step: current.kind === 'working' ? toPublic(current, null) : step, answers: answers + (taken ? 1 : 0) }
  }

  async #write(changes: Partial<FlowRecord>): Promise<Held> {
    const { record, version } = this.#held
    const next = { ...record, ...changes }
    const names = Object.keys(changes) as (keyof FlowRecord)[]
    if (version > 0 && names.every((name) => same(next[name], record[name]))) return this.#held
    if (!same(next.step, record.step)) next.version += 1
    if (!(await this.#host.write(this.#held, next))) throw this.#drop(new Conflict())
    return (this.#held = { record: next, version: version + 1 })
  }

  #drop(trouble: unknown): unknown {
    this.#trouble = trouble
    this.#dropped.abort()
    return trouble
  }

  /** Asked once a session; a flow that was put away finds its token again. */
  readonly #token = async (session: number, mint: () => Promise<string>): Promise<string> => {
    // The flow asks within its own construction.
    await Promise.resolve()
    const known = this.#tokens[session]
    if (known !== undefined) return known
    // Nobody mints for a flow that is another's by now.
    await this.#claim(MINT, true)
    return (this.#tokens[session] = await mint())
  }

  /** A wait puts the flow away, unless answers are held that nobody else has. */
  readonly #wait = async (ms: number, signal: AbortSignal, waitsFor: WaitsFor): Promise<void> => {
    const { clock } = this.#host
    const until = clock.now() + ms
    // The flow waits before it shows the step that it waits in.
    await Promise.resolve()
    if (ms <= 0 || signal.aborted) return
    const current = this.#flow?.current
    if (current?.kind === 'working' && current.stage === 'pre-check') {
      await this.#claim(ms).catch((error: unknown) => {
        throw this.#drop(error)
      })
      return clock.wait(until - clock.now(), signal, waitsFor)
    }
    this.#waits = { until, signal }
    this.#wake()
    return new Promise(() => {})
  }
}

/** What a connection is refused for is no page's mistake. */
function configured<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw toProblem(error, 500)
  }
}

const same = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)
