import { VERSION } from '../version.js'
import { propertyOf } from './errors.js'
import type { Clock } from './host.js'
import { isEnding } from './steps.js'
import type { EventName, FlowAction, FlowEvent, OnEvent, Trace, TraceEvent, TraceTimes } from './trace.js'
import type { Failure, Round, Stage } from '../wasm/bank_mfa.js'

/** The most events of a trace, and how many of them are the first ones. */
const [MAX_EVENTS, MAX_FIRST_EVENTS] = [200, 50]

/** The most challenges of a round that an event names: a round of a broken vendor can have thousands. */
const MAX_CHALLENGES = 20

/** Why no reply came, by the name of what was thrown. */
const LOST = new Map<unknown, string>([
  ['TimeoutError', 'timeout'],
  ['AbortError', 'aborted'],
])

/** What a recorder needs to know of its flow. */
export interface RecorderOptions {
  clock: Clock
  onEvent: OnEvent | undefined
  /** The vendor, or null in a page. */
  vendor: Trace['vendor']
}

/** A step of a local flow, of an edge's record or of a remote flow. */
interface AnyStep {
  readonly kind: string
  readonly stage?: Stage
  readonly until?: number | null
  readonly round?: Round
  readonly purpose?: string
  readonly error?: { readonly code: string } | null
  readonly failure?: Failure
}

/** What a recorder reads of a request. */
interface AnyRequest {
  method: string
  url: string
  stage?: Stage
  session?: number
}

/** What became of a call: a reply, or what was thrown. */
interface CallOutcome {
  status?: number
  vendorCode?: string | undefined
  cause?: unknown
}

type Attributes = Record<string, unknown>

/** An event of a trace. Its attributes are copied, without those that are undefined, when somebody reads the trace. */
type Entry = Pick<TraceEvent, 'name'> & {
  at: number
  duration: number
  count: number
  lastAt: number
  attributes: Attributes
}

/** Records what happens in one flow. It keeps no text of a person or of a vendor, and no id. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #entries: Entry[] = []
  #omitted = 0
  #step: Attributes = {}
  /** For whom the flow waits since `#since`: undefined after its end. */
  #waitsFor: keyof TraceTimes | undefined
  #since: number
  /** The time since the trace began. A clock that is set back does not reduce it. */
  #elapsed = 0
  #runningCalls = 0
  readonly #times: TraceTimes = { person: 0, vendor: 0, waiting: 0, host: 0 }

  constructor(options: RecorderOptions, restored: boolean) {
    this.#options = options
    this.#since = 0
    this.#since = this.now()
    this.#waitsFor = this.#working
    this.#record(...startEvent(options.vendor, restored))
  }

  /** A page does not know whether its edge waits for the vendor or for a function of the company. */
  get #working(): keyof TraceTimes {
    return this.#options.vendor === null ? 'vendor' : 'host'
  }

  /** The time, or the last known one if the host's clock throws or does not return a number. */
  now(): number {
    try {
      const now = this.#options.clock.now()
      return Number.isFinite(now) ? now : this.#since
    } catch {
      return this.#since
    }
  }

  /** Counts the time until now, and returns it. */
  #count(): number {
    const now = this.now()
    const waitsFor = this.#waitsFor === 'host' && this.#runningCalls > 0 ? 'vendor' : this.#waitsFor
    const passed = Math.max(0, now - this.#since)
    if (waitsFor !== undefined) this.#times[waitsFor] += passed
    this.#elapsed += passed
    this.#since = now
    return now
  }

  #record(name: EventName, attributes: Attributes, duration = 0): void {
    const now = this.#count()
    emit(this.#options.onEvent, now, name, attributes, duration)
    const at = this.#elapsed
    const last = this.#entries.at(-1)
    if (last?.name === name && isEqual(last.attributes, attributes)) {
      last.duration += duration
      last.count += 1
      last.lastAt = at
    } else if (this.#entries.push({ name, at, duration, count: 1, lastAt: at, attributes }) > MAX_EVENTS) {
      this.#entries.splice(MAX_FIRST_EVENTS, 1)
      this.#omitted += 1
    }
  }

  /** Records a step, unless it only waits for a new poll. */
  step(step: AnyStep): void {
    this.#count()
    const [name, attributes] = stepEvent(step)
    const working = step.until ? 'waiting' : this.#working
    this.#waitsFor = step.kind === 'working' ? working : isEnding(step) ? undefined : 'person'
    if (!isEqual(attributes, this.#step)) this.#record(name, attributes)
    this.#step = attributes
  }

  /** Records an action, and the code with which it was refused. */
  action(name: FlowAction, refusal?: unknown): void {
    const { code } = Object(refusal) as { code?: string }
    this.#record('bank_mfa.action', { 'bank_mfa.action.name': name, 'error.type': code })
  }

  /** Makes an event of an action record itself, with its refusal if it is refused. */
  recorded<T>(name: FlowAction, event: () => T): () => T {
    return () => {
      try {
        const step = event()
        this.action(name)
        return step
      } catch (error) {
        this.action(name, error)
        throw error
      }
    }
  }

  /** Records a call once it has ended. Rejects as the call does. */
  async call<T>(
    request: AnyRequest,
    call: () => Promise<T>,
    read: (reply: T) => CallOutcome,
    name?: string,
  ): Promise<T> {
    this.#count()
    const begun = this.#elapsed
    this.#runningCalls += 1
    let outcome: CallOutcome = {}
    try {
      const reply = await call()
      // After the end of the flow nobody asks.
      if (this.#waitsFor) outcome = read(reply)
      return reply
    } catch (cause) {
      outcome = { cause }
      throw cause
    } finally {
      this.#count()
      this.#runningCalls -= 1
      // The end of the flow aborts its calls.
      if (this.#waitsFor) this.#record(...callEvent(request, outcome, name), this.#elapsed - begun)
    }
  }

  /** What was recorded so far. */
  trace(): Trace {
    this.#count()
    const times = { ...this.#times }
    const duration = Object.values(times).reduce((sum, time) => sum + time)
    const events = copy(this.#entries) as TraceEvent[]
    const { vendor } = this.#options
    return { version: VERSION, vendor, duration, times, events, omitted: this.#omitted }
  }
}

/** The name and the attributes of the first event. */
export function startEvent(vendor: Trace['vendor'], restored: boolean): [EventName, Attributes] {
  const attributes = {
    'bank_mfa.version': VERSION,
    'bank_mfa.vendor': vendor ?? undefined,
    'bank_mfa.flow.restored': restored,
  }
  return ['bank_mfa.flow.started', attributes]
}

/** The name and the attributes of a call's event. */
export function callEvent(
  { method, url, stage, session }: AnyRequest,
  { status, vendorCode, cause }: CallOutcome,
  name?: string,
): [EventName, Attributes] {
  // The core and the edge have checked the URL. Parsing it again would take longer than the rest of an event.
  const [, , host, ...path] = url.replace(/\?.*/, '').split('/')
  const lost = LOST.get(propertyOf(cause, 'name')) ?? 'network'
  const attributes = {
    'bank_mfa.call.name': name ?? callName(path),
    'bank_mfa.stage': stage,
    'bank_mfa.session': session,
    'http.request.method': method,
    'server.address': host!.replace(/:\d+$/, ''),
    'http.response.status_code': status,
    'bank_mfa.vendor_code': word(vendorCode) || undefined,
    'error.type': status === undefined ? lost : status < 400 ? undefined : `${status}`,
  }
  return ['bank_mfa.call', attributes]
}

/** The name and the attributes of a step's event. Those that are undefined are left out of the event. */
export function stepEvent({ kind, stage, round, purpose, error, failure }: AnyStep): [EventName, Attributes] {
  if (isEnding({ kind })) {
    const attributes = {
      'bank_mfa.outcome': kind,
      'error.type': failure?.code,
      'bank_mfa.next': failure?.next,
      'bank_mfa.otherwise': failure?.otherwise ?? undefined,
      'bank_mfa.vendor_code': word(failure?.vendorCode) || undefined,
      'http.response.status_code': failure?.status ?? undefined,
    }
    return ['bank_mfa.flow.ended', attributes]
  }
  const challenges = round?.challenges.slice(0, MAX_CHALLENGES)
  const attributes = {
    'bank_mfa.step.kind': kind,
    'bank_mfa.stage': stage,
    'bank_mfa.round.number': round?.number,
    'bank_mfa.round.refused': round?.refused,
    'bank_mfa.challenge.kinds': challenges?.map(({ kind }) => kind),
    'bank_mfa.challenge.vendor_types': challenges?.map(({ vendorType }) => word(vendorType)),
    'bank_mfa.purpose': purpose,
    'error.type': error?.code,
  }
  return ['bank_mfa.step', attributes]
}

/**
 * A vendor's code or type, or an empty text: anything of another shape could be a text of a person. A code has a letter,
 * no four digits in a row, and a space only beside an underscore, as in `BANK MAINTENANCE_RETRY_LATER`.
 */
function word(text: unknown): string {
  const shape = /^(?=.*[A-Za-z])(?!.*\d{4})([A-Z\d_]{1,64}|(?=.*_)[A-Z\d_ ]{1,64}|[A-Za-z_]{1,40})$/
  return typeof text === 'string' && shape.test(text) ? text : ''
}

/** The last part of an address that is no id: a member's id follows `members`, and a RequestId is a GUID. */
function callName(path: string[]): string {
  const last = path.pop() ?? ''
  const before = path.pop()
  return before === 'members' || /^[\da-f-]{36}$/i.test(last) ? before! : last
}

/** Whether two events of a name have the same attributes: words and lists of words. */
const isEqual = (a: Attributes, b: Attributes) => Object.keys(a).every((key) => `${a[key]}` === `${b[key]}`)

const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Passes an event on, after what runs now: `onEvent` may use the flow. What it throws concerns nobody else. */
export function emit(
  onEvent: OnEvent | undefined,
  time: number,
  name: EventName,
  attributes: object,
  duration = 0,
): void {
  if (!onEvent) return
  const event = { name, time, duration, attributes: copy(attributes) } as FlowEvent
  void Promise.resolve(event)
    .then(onEvent)
    .catch(() => {})
}
