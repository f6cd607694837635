import { invalidInput } from '../../flow/errors.js'
import type { Connection, HandlerConfig } from '../config.js'
import type { FlowService, StartTarget } from '../engine/service.js'
import { callCompany, methodNotAllowed, notFound, problem, toProblem } from '../problem.js'
import type { FlowRef } from '../records/flow-record.js'
import type { Sealer } from '../records/seal.js'
import { resolveConnection } from '../resolve.js'
import { readBody } from './body.js'
import { eventStream } from './event-stream.js'
import { jsonReply, readingReply, type Reply } from './reply.js'
import { readAnswers, readPageMessage, readRound, readStart, readVersion } from './requests.js'

/** One request, and what its route needs. */
export interface Call<Env> {
  config: HandlerConfig<Env>
  request: Request
  env: Env
  now: () => number
  /** Keeps the process or the worker alive while the task runs. */
  background: (task: Promise<unknown>) => void
  /** Returns the service that runs the flows, and the sealer. Throws if the seal keys are invalid. */
  open: () => { service: FlowService; sealer: Sealer }
}

const HOUR_MS = 3_600_000

/** `…/flows/{flow}`, `…/flows/{flow}/{action}` and `…/flows/{flow}/data/{name}`. */
const FLOW = /\/flows\/([\w-]{43})\.([0-9a-f]{32})(?:\/(?:(answer|message|cancel)|data\/([\w-]{1,64})))?$/

/** The path and the query of a request's URL, which is a valid one: a `URL` would parse it again. */
export function partsOf(url: string): { path: string; query: URLSearchParams } {
  const end = url.search(/[?#]|$/)
  return { path: url.slice(0, end), query: new URLSearchParams(url.slice(end)) }
}

/** Serves the routes of flows, for a request whose origin was checked. */
export async function flowRoutes<Env>(call: Call<Env>): Promise<Reply> {
  const { config, request, env, now, background, open } = call
  const { path, query } = partsOf(request.url)
  const [, id = '', flow = '', action = '', dataName = ''] = FLOW.exec(path) ?? []
  const isStart = id === '' && path.endsWith('/flows')
  const method = isStart || action !== '' ? 'POST' : 'GET'
  if (!isStart && id === '') throw notFound('no such route')
  if (request.method !== method) throw methodNotAllowed(method)
  const body = method === 'POST' ? await readBody(request, config.limits?.body ?? 65_536) : {}
  const user = await callCompany('authenticate', () => config.authenticate(request, env))
  if (typeof user !== 'string' || user === '') throw problem('UNAUTHENTICATED')

  const { service, sealer } = open()
  if (isStart) return start(call, service, sealer, user, body)
  const ref: FlowRef = { id, flow, user }
  if (dataName !== '') return readingReply(await service.readData(ref, dataName), now())
  if (action === 'answer') return jsonReply(await service.answer(ref, readRound(body), readAnswers(body)))
  if (action === 'message') return jsonReply(await service.message(ref, readPageMessage(body)))
  if (action === 'cancel') return jsonReply(await service.cancel(ref))

  const { headers } = request
  if (!headers.get('accept')?.includes('text/event-stream')) {
    return jsonReply(await service.getState(ref, readVersion(query.get('after')), undefined, request.signal))
  }
  const after = readVersion(headers.get('last-event-id') ?? query.get('after'))
  // If the call is refused, the page gets a reply and not a stream that ends at once.
  await service.getState(ref)
  const events = eventStream(service, ref, { after, now, background, request })
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: events }
}

async function start<Env>(
  { config, env, background }: Call<Env>,
  service: FlowService,
  sealer: Sealer,
  user: string,
  body: Record<string, unknown>,
): Promise<Reply> {
  const { connection, flow } = readStart(body)
  const found = await resolveConnection(config, env, background, user, connection)
  if (found === null) throw notFound('connection not found')
  const wait = await service.countUse(await sealer.name('starts', user), config.limits?.startsPerHour ?? 30, HOUR_MS)
  if (wait > 0) throw problem('RATE_LIMITED', wait)
  return jsonReply(await service.start(await toTarget(sealer, user, connection, found), found, flow))
}

/**
 * All ids with the same `key` share one record, so only one flow runs at a time. Without the check, a `null` of the
 * company's database would join all connections of a user.
 */
export async function toTarget(
  sealer: Sealer,
  user: string,
  connection: string,
  { key = connection }: Connection,
): Promise<StartTarget> {
  if (typeof key !== 'string' || key === '') throw toProblem(invalidInput('/key', 'must be a non-empty string'), 500)
  return { id: await sealer.name('flow', user, key), user, connection }
}
