import { isObject } from '../shared.js'
import { invalidInput } from '../flow/errors.js'
import type { RawAnswers } from '../flow/steps.js'
import { realTime } from '../flow/host.js'
import type { PersonNeeded, EdgeConfig, FlowEnded } from './config.js'
import { checkOrigin, preflight, readBody, replyHeaders } from './defence.js'
import { readWebhook } from './webhooks.js'
import { Local } from './local.js'
import { problem, Problem, toProblem } from './problem.js'
import type { DataSource, Reading } from './reading.js'
import { Runner, type At, type Given, type Home, type Message, type State } from './runner.js'
import { sealer, type Sealer, type SealKeys } from './seal.js'
import type { Store } from './store.js'
import { stream } from './stream.js'

/** What a platform gives beside a request: a worker's context. */
export interface Context {
  waitUntil(task: Promise<unknown>): void
}

/** A handler, to be mounted on any path. */
export interface Edge<Env> {
  (request: Request, env?: Env, context?: Context): Promise<Response>
  /** Lets flows go on that are due while nobody looks, and deletes what has expired. Call it every half minute. */
  sweep(env?: Env): Promise<void>
}

/** A reply, before the headers that every one has. */
interface Reply {
  status: number
  headers: Record<string, string>
  body: BodyInit | null
}

const HOUR = 3_600_000

/** How many records a sweep takes at once. */
const AT_ONCE = 100

/** `…/flows`, a flow, what can be done to it, and what can be read of it. */
const FLOWS = /\/flows(?:\/([\w-]{43})\.([0-9a-f]{32})(?:\/(?:(answer|message|cancel)|data\/([\w-]{1,64})))?)?$/

/** An id of yours. One dot or two lead elsewhere in an address, and no escaping keeps them from it. */
const CONNECTION = /^(?!\.\.?$)[\x21-\x7e]{1,200}$/

/** An edge whose flows live elsewhere: its configuration names no store. */
export type Storeless<Env> = Omit<EdgeConfig<Env>, 'store'>

/** Makes the handler. Throws where the configuration cannot be right. */
export function edge<Env = unknown>(config: EdgeConfig<Env>): Edge<Env> {
  return handler(config)
}

/** What a runner takes from a configuration. */
export function toOptions<Env>(config: Storeless<Env>, env: Env) {
  const { clock = realTime, fetch, timeout, resolve, onPersonNeeded, onFlowEnded, onError, limits, data } = config
  const readers = data && Object.entries(data).map(([name, reader]) => [name, (of: DataSource) => reader(of, env)])
  return {
    sealer: toSealer(config, env),
    clock,
    options: { fetch, timeout },
    resolve: async (user: string, connection: string) => resolve(user, connection, env),
    onPersonNeeded: onPersonNeeded && ((asked: PersonNeeded) => onPersonNeeded(asked, env)),
    onFlowEnded: onFlowEnded && ((ended: FlowEnded) => onFlowEnded(ended, env)),
    onError: (error: unknown) => void report(onError, error, env),
    answersPerFlow: limits?.answersPerFlow ?? 20,
    readers: readers && Object.fromEntries(readers),
    readsPerFlow: limits?.readsPerFlow ?? 20,
  }
}

/** Makes the handler, before a home elsewhere where one is given, and else before a runner here. */
export function handler<Env>(config: Storeless<Env> & Partial<EdgeConfig<Env>>, home?: (env: Env) => Home): Edge<Env> {
  const { origins, limits = {}, clock = realTime, webhooks } = config ?? {}
  const { startsPerHour = 30, body: longest = 65_536 } = limits
  check(config, home !== undefined)
  const local = new Local()

  const toRunner = (env: Env, context: Context | undefined): Runner => {
    const { store } = config
    return new Runner({
      ...toOptions(config, env),
      store: typeof store === 'function' ? store(env) : (store as Store),
      background: (task) => context?.waitUntil(task),
      local,
    })
  }
  const toHome = (env: Env, context: Context | undefined) => home?.(env) ?? toRunner(env, context)

  async function route(request: Request, env: Env, context: Context | undefined): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url)
    if (webhooks !== undefined && request.method === 'POST' && pathname.endsWith('/webhooks/mx'))
      return webhook(request, env, context)
    checkOrigin(request, origins)
    if (request.method === 'OPTIONS') return { status: 204, headers: preflight(request), body: null }

    const [, id = '', flow = '', verb = '', what = ''] = FLOWS.exec(pathname) ?? []
    const isFlows = id === '' && pathname.endsWith('/flows')
    const method = isFlows || verb !== '' ? 'POST' : 'GET'
    if ((!isFlows && id === '') || request.method !== method) throw problem('NOT_FOUND')
    const body = method === 'POST' ? await readBody(request, longest) : {}
    const user = await config.authenticate(request, env)
    if (typeof user !== 'string' || user === '') throw problem('UNAUTHENTICATED')

    const sealer = toSealer(config, env)
    const at = { id, flow, user }
    const home = toHome(env, context)
    if (isFlows) {
      const starts = await sealer.name('starts', user)
      const wait = await home.count(starts, startsPerHour, HOUR)
      if (wait > 0) throw problem('RATE_LIMITED', wait)
      return json(await start(home, sealer, body, user, env))
    }
    if (verb === '' && what === '' && request.headers.get('accept')?.includes('text/event-stream')) {
      const last = searchParams.get('after') ?? request.headers.get('last-event-id')
      // A stranger is told before the stream begins.
      await home.look(at)
      const keep = (task: Promise<unknown>) => context?.waitUntil(task)
      const events = stream(home, at, toVersion(last), clock.now, keep, request.signal)
      return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: events }
    }
    const said = await (what === '' ? call(home, at, verb, body, request, searchParams) : home.read(at, what))
    return reply(said, clock.now())
  }

  async function start(
    home: Home,
    sealer: Sealer,
    body: Record<string, unknown>,
    user: string,
    env: Env,
  ): Promise<State> {
    const { connection, flow } = body
    if (typeof connection !== 'string' || !CONNECTION.test(connection)) {
      throw invalidInput('/body/connection', 'must be the id of a connection')
    }
    if (flow !== undefined && (typeof flow !== 'string' || !/^[0-9a-f]{32}$/.test(flow))) {
      throw invalidInput('/body/flow', 'must be 32 hexadecimal digits')
    }
    const found = await config.resolve(user, connection, env)
    if (found === null) throw problem('NOT_FOUND')
    return home.start({ id: await sealer.name('flow', user, found.key ?? connection), user, connection }, flow)
  }

  async function webhook(request: Request, env: Env, context: Context | undefined): Promise<Reply> {
    const said = await readWebhook(request)
    const look = async () => {
      const whose = await webhooks?.findConnection(said, env)
      const found = whose && (await config.resolve(whose.user, whose.connection, env))
      if (!whose || !found) return
      const sealer = toSealer(config, env)
      const id = await sealer.name('flow', whose.user, found.key ?? whose.connection)
      await toHome(env, context).webhook({ id, ...whose })
    }
    // MX wants its reply at once.
    const task = look().catch((error: unknown) => report(config.onError, error, env))
    context?.waitUntil(task)
    return { status: 204, headers: {}, body: null }
  }

  async function handle(request: Request, env?: Env, context?: Context): Promise<Response> {
    const { status, headers, body } = await route(request, env as Env, context).catch((error: unknown) => {
      const found = toProblem(error)
      if (found.body.status >= 500) void report(config.onError, error, env as Env)
      return refusal(found)
    })
    return new Response(body, { status, headers: { ...headers, ...replyHeaders(request, origins) } })
  }

  async function sweep(env?: Env): Promise<void> {
    const wrong = (error: unknown) => report(config.onError, error, env as Env)
    if (config.store === undefined) return
    try {
      const store = typeof config.store === 'function' ? config.store(env as Env) : config.store
      const tasks: Promise<unknown>[] = []
      const home = toRunner(env as Env, { waitUntil: (task) => void tasks.push(task.catch(wrong)) })
      // What comes to nothing is due again at once, and keeps no other one waiting.
      const seen = new Set<string>()
      for (;;) {
        const due = (await store.due?.(clock.now(), seen.size + AT_ONCE)) ?? []
        const next = due.filter((id) => !seen.has(id))
        if (next.length === 0) break
        for (const id of next) seen.add(id)
        await Promise.all(next.map((id) => home.due(id).catch(wrong)))
      }
      // What the turns left running is known only now.
      await Promise.all(tasks)
      await store.purge?.(clock.now())
    } catch (error) {
      await wrong(error)
    }
  }

  return Object.assign(handle, { sweep })
}

/** A reporter's own trouble is nobody's. */
async function report<Env>(onError: Storeless<Env>['onError'], error: unknown, env: Env): Promise<void> {
  try {
    await onError?.(error, env)
  } catch {}
}

function toSealer<Env>({ seal }: Storeless<Env>, env: Env): Sealer {
  return sealer(typeof seal === 'function' ? seal(env) : seal)
}

async function call(
  home: Home,
  at: At,
  verb: string,
  body: Record<string, unknown>,
  request: Request,
  query: URLSearchParams,
): Promise<State> {
  switch (verb) {
    case 'answer':
      return home.answer(at, toRound(body), toGiven(body))
    case 'message':
      return home.message(at, toMessage(body))
    case 'cancel':
      return home.cancel(at)
    default:
      return home.look(at, toVersion(query.get('after')), undefined, request.signal)
  }
}

function toVersion(text: string | null): number | undefined {
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw invalidInput('/query/after', 'must be a version')
  return Number(text)
}

function toRound({ round }: Record<string, unknown>): number {
  if (!Number.isInteger(round) || (round as number) < 1)
    throw invalidInput('/body/round', 'must be the number of a round')
  return round as number
}

/** Whether answers fit is the core's to say; here they are only of their kind. */
function toGiven({ answers, raw }: Record<string, unknown>): Given {
  if (isObject(answers) === isObject(raw)) throw invalidInput('/body/answers', 'must be given, or raw')
  return isObject(answers) ? { answers: answers as Record<string, string | string[]> } : { raw: raw as RawAnswers }
}

function toMessage({ kind, claim, url }: Record<string, unknown>): Message {
  switch (kind) {
    case 'token-refused':
      return { kind }
    case 'landed':
      if (typeof url !== 'string') throw invalidInput('/body/url', 'must be an address')
      return { kind, url }
    case 'returned': {
      const { loginId, state } = isObject(claim) ? claim : {}
      if (typeof loginId !== 'string') throw invalidInput('/body/claim/loginId', 'must be a LoginId')
      if (state !== undefined && state !== null && typeof state !== 'string') {
        throw invalidInput('/body/claim/state', 'must be a text')
      }
      return { kind, claim: { loginId, ...(state !== undefined && { state }) } }
    }
    default:
      throw invalidInput('/body/kind', 'must be returned, token-refused or landed')
  }
}

function json(body: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** Data that is not ready yet is a 202. */
function reply(said: State | Reading, now: number): Reply {
  if (!('until' in said)) return json(said)
  return json(said, after(Math.max(1, said.until - now)), 202)
}

function refusal({ body, wait }: Problem): Reply {
  return json(body, { 'content-type': 'application/problem+json', ...(wait > 0 && after(wait)) }, body.status)
}

/** After how long to come again; the header is in seconds. */
const after = (ms: number) => ({ 'retry-after': `${Math.ceil(ms / 1_000)}` })

function check(config: Storeless<never> & Partial<EdgeConfig<never>>, hasHome: boolean): void {
  const isFunction = (value: unknown) => typeof value === 'function'
  const needs: [string, boolean, string][] = [
    ['authenticate', isFunction(config?.authenticate), 'must be a function'],
    ['resolve', isFunction(config?.resolve), 'must be a function'],
    [
      'origins',
      Array.isArray(config?.origins) && config.origins.every(isOrigin),
      'must be origins, such as https://app.example',
    ],
    ['store', hasHome || isFunction(config?.store) || isObject(config?.store), 'must be a store or a function'],
    ['data', Object.values(config?.data ?? {}).every(isFunction), 'must be readers by their names'],
  ]
  for (const [name, fits, message] of needs) if (!fits) throw invalidInput(`/${name}`, message)
  // What is known now is checked now.
  if (!isFunction(config.seal)) sealer(config.seal as SealKeys | string)
}

function isOrigin(origin: unknown): boolean {
  try {
    return typeof origin === 'string' && origin !== 'null' && new URL(origin).origin === origin
  } catch {
    return false
  }
}
