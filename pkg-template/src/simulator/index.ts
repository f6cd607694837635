/** What `bank-mfa/simulator` exports. Its files in entries/ load the wasm. */
import { realTime as realClock, type Clock, type FetchInit } from '../flow/host.js'
import {
  SimulatedRequest,
  SimulatorHandle,
  type Counts,
  type Fault,
  type MemberProfile,
  type MxRules,
  type Profile,
  type Rules,
} from '../wasm/simulator.js'
import { notFound } from './nearest.js'

export type {
  ConnectRules,
  Counts,
  Fault,
  FaultKind,
  MemberProfile as Member,
  Misbehaviour,
  MxRules,
  Profile as Person,
  Rule,
  Rules,
  SuccessCode,
  Target as FaultTarget,
} from '../wasm/simulator.js'

/** The options of `simulator`. */
export interface SimulatorOptions {
  /** The same seed gives the same tokens and RequestIds. The default is 1. */
  seed?: number
  /** The start time, in milliseconds since 1970. The default is now. */
  now?: number
  /** Rules of the simulated Flinks that depend on a customer's contract. */
  rules?: Partial<Rules>
  /** Rules of the simulated MX that MX's pages leave open. */
  mxRules?: Partial<MxRules>
  /** Uses real time instead of virtual time. `clock` is then the real clock, which `advance` cannot move. */
  realTime?: boolean
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves the time forward by `ms` milliseconds, and ends the waits that are due. Throws if `realTime` is set. */
  advance(ms: number): void
}

/** A simulated Flinks and MX. The guide page on testing lists its people and the rules that it enforces. */
export interface Simulator {
  /**
   * Replaces `fetch`. It answers by the path alone, and ignores the host and what comes before: `/v3/` is Flinks, the
   * root, `/v2/`, `/Credential/` and `/connect/` are Connect, `/users/`, `/institutions/` and `/oauth/` are MX, and
   * `/md/` is MX's widget. A browser can open Connect and the widget. A lost reply rejects; a reply that hangs rejects
   * when the signal aborts.
   */
  fetch(input: string | URL | Request, init?: Partial<FetchInit> & RequestInit): Promise<Response>
  /**
   * The virtual time, for the option `clock` of a flow. A wait for the vendor moves it forward and ends at once; a wait
   * for the person ends only by `advance`. With `realTime` it is the real clock.
   */
  readonly clock: VirtualClock
  /** The people with an account at the simulated bank, and the right answers. */
  readonly people: Profile[]
  /** The secret key for GenerateAuthorizeToken. */
  readonly secretKey: string
  /** The `x-api-key` of the data calls, and the bearer token of GetNightlyRefreshStatus. */
  readonly keys: { apiKey: string; bearer: string }
  /** Returns a person's LoginId. Throws a `RangeError` with the nearest username if nobody has this one. */
  loginId(username: string): string
  /** Returns the numbers of requests that the simulator has received, by kind. */
  counts(): Counts
  /** Makes the next request that matches `fault` fail. */
  fault(fault: Partial<Fault> & Pick<Fault, 'kind'>): void
  /** Changes the rules of the simulated Flinks that depend on a customer's contract. */
  setRules(rules: Partial<Rules>): void
  /** The right SecurityResponses for a session's open round, as JSON text; `undefined` if no round is open. */
  rightAnswers(requestId: string): string | undefined
  /** Mints an authorize token, as a back end does. */
  token(): Promise<string>
  /** The simulated MX. */
  readonly mx: MxSimulator
}

/** The simulated MX. */
export interface MxSimulator {
  /** The members, and what happens to each. */
  readonly members: MemberProfile[]
  /** The client id and the API key. */
  readonly key: { clientId: string; apiKey: string }
  /** The member with this name. Throws a `RangeError` with the nearest name if there is none. */
  member(name: string): MemberProfile
  /** Changes the rules of the simulated MX that MX's pages leave open. */
  setRules(rules: Partial<MxRules>): void
  /** The body of a resume with the right values for a member's open round, as JSON text. */
  rightValues(memberGuid: string): string | undefined
}

/**
 * Makes a simulated Flinks and MX.
 *
 * @example
 * const bank = simulator()
 * const host = { instance: 'toolbox', customerId, fetch: bank.fetch, clock: bank.clock, authorizeToken: () => bank.token() }
 * const flow = flinks.authorize({ loginId: bank.loginId('Greatday') }, host)
 */
export function simulator(options: SimulatorOptions = {}): Simulator {
  const { seed = 1, now = Date.now(), rules = {}, mxRules = {}, realTime = false } = options
  const handle = new SimulatorHandle(seed, JSON.stringify(rules))
  const clock = realTime ? { ...realClock, advance: cannotAdvance } : virtualClock(now)
  // Parsed when first used: a test run makes thousands of simulators, and few tests read the list.
  const people = lazy((): Profile[] => JSON.parse(handle.people()))
  const customerId = rules.customerId ?? '43387ca6-0391-4c82-857d-70d95f087ecb'

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const { pathname, search } = new URL(request.url)
    const path =
      pathname.slice(Math.max(0, pathname.search(/\/(v[23]|Credential|connect|users|institutions|oauth|md)\//))) +
      search
    const incoming = await SimulatedRequest.read(request, path)
    const reply = handle.handle(clock.now(), incoming)
    const { arrival } = reply
    if (arrival === 'lost') throw new TypeError('the simulated reply is lost')
    if (arrival === 'hangs') await rejectOnAbort(request.signal)
    return reply.response()
  }

  return {
    fetch,
    clock,
    get people() {
      return people()
    },
    secretKey: handle.secretKey(),
    keys: { apiKey: handle.apiKey(), bearer: handle.bearer() },
    loginId(username) {
      const person = people().find((person) => person.username.toLowerCase() === `${username}`.toLowerCase())
      if (person === undefined) {
        const usernames = people().map((person) => person.username)
        throw notFound('person', username, usernames, 'bank.people')
      }
      return person.loginId
    },
    counts: () => handle.counts(),
    fault: (fault) => handle.fault(JSON.stringify(fault)),
    setRules: (rules) => handle.setRules(JSON.stringify(rules)),
    rightAnswers: (requestId) => handle.rightAnswers(requestId),
    async token() {
      const url = `https://toolbox-api.private.fin.ag/v3/${customerId}/BankingServices/GenerateAuthorizeToken`
      const response = await fetch(url, { method: 'POST', headers: { 'flinks-auth-key': handle.secretKey() } })
      const { Token } = (await response.json()) as { Token: string }
      return Token
    },
    mx: mxSimulator(handle, mxRules),
  }
}

function mxSimulator(handle: SimulatorHandle, rules: Partial<MxRules>): MxSimulator {
  handle.setMxRules(JSON.stringify(rules))
  const members = lazy((): MemberProfile[] => JSON.parse(handle.members()))
  const [clientId = '', apiKey = ''] = handle.mxKey().split(':')
  return {
    get members() {
      return members()
    },
    key: { clientId, apiKey },
    member(name) {
      const member = members().find((member) => member.name === name)
      if (member === undefined) {
        const names = members().map((member) => member.name)
        throw notFound('member', name, names, 'bank.mx.members')
      }
      return member
    },
    setRules: (rules) => handle.setMxRules(JSON.stringify(rules)),
    rightValues: (memberGuid) => handle.rightValues(memberGuid),
  }
}

function cannotAdvance(): never {
  throw new TypeError('clock.advance() cannot move real time: leave out `realTime`')
}

function lazy<T>(make: () => T): () => T {
  let value: T | undefined
  return () => (value ??= make())
}

function virtualClock(start: number): VirtualClock {
  let now = start
  const sleepers = new Set<{ wakesAt: number; wake: () => void }>()
  explainExit(sleepers)
  const advance = (ms: number) => {
    now += ms
    for (const sleeper of [...sleepers]) {
      if (sleeper.wakesAt > now) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
  return {
    now: () => now,
    advance,
    wait: (ms, signal, waitsFor) =>
      new Promise((wake) => {
        const sleeper = { wakesAt: now + ms, wake }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => sleepers.delete(sleeper), { once: true })
        if (waitsFor === 'vendor' || ms <= 0) advance(ms)
      }),
  }
}

/** What waits for each virtual clock. A clock that nobody uses any more is not kept alive. */
const clocks: WeakRef<{ readonly size: number }>[] = []

interface NodeProcess {
  readonly versions?: { readonly node?: string }
  once(event: 'beforeExit', listener: () => void): unknown
}

/**
 * Node exits with code 13, and says nothing, if only a virtual clock could continue the program. This says once what the
 * program waits for.
 */
function explainExit(sleepers: { readonly size: number }): void {
  const { process } = globalThis as { process?: NodeProcess }
  // In Next's edge runtime `process` has no versions, and its functions throw.
  if (clocks.length === 0 && process?.versions?.node) {
    process.once('beforeExit', () => {
      if (clocks.every((clock) => !clock.deref()?.size)) return
      console.warn(
        'bank-mfa/simulator: a flow still waits for its user. Answer its step, cancel it, or move the time: clock.advance(ms).',
      )
    })
  }
  clocks.push(new WeakRef(sleepers))
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
