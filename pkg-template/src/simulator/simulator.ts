import type { Clock, FetchInit } from '../flow/host.js'
import {
  SimulatorHandle,
  type Counts,
  type Fault,
  type MemberProfile,
  type MxRules,
  type Profile,
  type Rules,
} from '../wasm/simulator.js'

export type {
  ConnectRules,
  Counts,
  Fault,
  FaultKind,
  MemberProfile as Member,
  Misbehaviour,
  MxRules,
  On,
  Profile as Person,
  Rule,
  Rules,
} from '../wasm/simulator.js'

/** What a simulated vendor is made of. */
export interface SimulatorOptions {
  /** The same seed gives the same tokens and RequestIds; 1 by default. */
  seed?: number
  /** The time at its start, in milliseconds since 1970; now, by default. */
  now?: number
  /** What a customer's contract with Flinks decides. */
  rules?: Partial<Rules>
  /** What MX's pages leave open. */
  mxRules?: Partial<MxRules>
  /** Time is real, and not virtual. */
  realTime?: boolean
}

/** A clock that stands still until somebody moves it. */
export interface VirtualClock extends Clock {
  /** Moves the time on, and wakes who waited for it. */
  advance(ms: number): void
}

/** A simulated vendor: see the README for its people, and for what it enforces. */
export interface Simulated {
  /**
   * A drop-in `fetch`. Whatever the host, it answers by the path: from `/v3/` on as Flinks, at the root and from
   * `/v2/`, `/Credential/` or `/connect/` on as Connect, which a browser can be led to, from `/users/`,
   * `/institutions/` or `/oauth/` on as MX, from `/md/` on as MX's widget, for a browser, too. A lost reply rejects, a hanging one settles when the signal aborts.
   */
  fetch(input: string | URL | Request, init?: Partial<FetchInit> & RequestInit): Promise<Response>
  /**
   * The virtual time, for a flow's `clock`: a wait for the vendor moves it on at once, a wait for the person
   * only by `advance`.
   */
  readonly clock: VirtualClock
  /** Who has an account at the simulated bank, and the right answers. */
  readonly people: Profile[]
  /** The secret key, for GenerateAuthorizeToken. */
  readonly secretKey: string
  /** The customer's other keys: `x-api-key` of the data calls, and `Authorization: Bearer …` of GetNightlyRefreshStatus. */
  readonly keys: { apiKey: string; bearer: string }
  /** The LoginId of a person, by username. */
  loginId(username: string): string
  /** What it has seen. */
  counts(): Counts
  /** Queues a fault for the next call that it fits. */
  fault(fault: Partial<Fault> & Pick<Fault, 'kind'>): void
  /** Changes the rules. */
  setRules(rules: Partial<Rules>): void
  /** The right SecurityResponses for the open round of a session, as JSON text. */
  rightAnswers(requestId: string): string | undefined
  /** Mints an authorize token, as a back end does. */
  token(): Promise<string>
  /** MX's side. */
  readonly mx: SimulatedMx
}

/** MX's side of a simulated vendor. */
export interface SimulatedMx {
  /** Its members, and what happens to each. */
  readonly members: MemberProfile[]
  /** The client id and the API key. */
  readonly key: { clientId: string; apiKey: string }
  /** The member of a name. */
  member(name: string): MemberProfile
  /** Changes the rules. */
  setRules(rules: Partial<MxRules>): void
  /** The body of a resume with the right values for the open round of a member, as JSON text. */
  rightValues(memberGuid: string): string | undefined
}

/** Makes a simulated vendor. */
export function simulator(options: SimulatorOptions = {}): Simulated {
  const { seed = 1, now = Date.now(), rules = {}, mxRules = {}, realTime = false } = options
  const handle = new SimulatorHandle(seed, JSON.stringify(rules))
  const clock = virtualClock(now)
  const time = () => (realTime ? Date.now() : clock.now())
  // Thousands of simulators are made in a run of tests, and few are asked who is there.
  const people = once((): Profile[] => JSON.parse(handle.people()))
  const customerId = rules.customerId ?? '43387ca6-0391-4c82-857d-70d95f087ecb'

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const { pathname, search } = new URL(request.url)
    const path =
      pathname.slice(Math.max(0, pathname.search(/\/(v[23]|Credential|connect|users|institutions|oauth|md)\//))) +
      search
    const body = new Uint8Array(await request.arrayBuffer())
    const reply = handle.handle(time(), request.method, path, [...request.headers].flat(), body)
    if (reply.arrival === 'lost') throw new TypeError('the reply is lost')
    if (reply.arrival === 'hangs') await aborted(request.signal)
    const headers = reply.headers
    const pairs = headers.flatMap((name, at) =>
      at % 2 === 0 ? [[name, headers[at + 1] ?? ''] as [string, string]] : [],
    )
    const { status } = reply
    return new Response(status === 204 ? null : (reply.body as Uint8Array<ArrayBuffer>), { status, headers: pairs })
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
      const person = people().find((person) => person.username.toLowerCase() === username.toLowerCase())
      if (person === undefined) throw new RangeError('nobody of this name has an account here')
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
    mx: simulatedMx(handle, mxRules),
  }
}

function simulatedMx(handle: SimulatorHandle, rules: Partial<MxRules>): SimulatedMx {
  handle.setMxRules(JSON.stringify(rules))
  const members = once((): MemberProfile[] => JSON.parse(handle.members()))
  const [clientId = '', apiKey = ''] = handle.mxKey().split(':')
  return {
    get members() {
      return members()
    },
    key: { clientId, apiKey },
    member(name) {
      const member = members().find((member) => member.name === name)
      if (member === undefined) throw new RangeError('there is no member of this name')
      return member
    },
    setRules: (rules) => handle.setMxRules(JSON.stringify(rules)),
    rightValues: (memberGuid) => handle.rightValues(memberGuid),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

function virtualClock(start: number): VirtualClock {
  let now = start
  const sleepers = new Set<{ at: number; wake: () => void }>()
  const advance = (ms: number) => {
    now += ms
    for (const sleeper of [...sleepers]) {
      if (sleeper.at > now) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
  return {
    now: () => now,
    advance,
    wait: (ms, signal, waitsFor) =>
      new Promise((wake) => {
        const sleeper = { at: now + ms, wake }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => sleepers.delete(sleeper), { once: true })
        if (waitsFor === 'vendor') advance(ms)
      }),
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
