import { invalidInput } from '../../flow/errors.js'
import { clockOf } from '../clock.js'
import type { HandlerConfig } from '../config.js'
import type { FlowService } from '../engine/service.js'
import { report, toProblem } from '../problem.js'
import type { Sealer } from '../records/seal.js'
import { corsHeaders, preflightHeaders } from './cors.js'
import { DOCTOR_ORIGIN, checkOrigin } from './origin.js'
import { problemReply, type Reply } from './reply.js'
import { flowRoutes, type Call } from './routes.js'
import { SECURITY_HEADERS } from './security-headers.js'
import { webhookRoute } from './webhooks.js'

/** The execution context that a worker platform passes with each request. */
export interface HandlerContext {
  waitUntil(task: Promise<unknown>): void
}

/** Handles requests. Only the end of a path counts, so the routes work below any prefix. */
export type Handler<Env> = (request: Request, env?: Env, context?: HandlerContext) => Promise<Response>

/** Returns the service that runs the flows, and the sealer. `background` keeps the process alive while a task runs. */
export type OpenService<Env> = (
  env: Env,
  background: (task: Promise<unknown>) => void,
) => { service: FlowService; sealer: Sealer }

/** How many refused origins are reported. Anybody can send more. */
const MAX_REPORTED_ORIGINS = 20

export function createHandler<Env>(config: HandlerConfig<Env>, open: OpenService<Env>): Handler<Env> {
  const { origins, webhooks, onError } = config
  const clock = clockOf(config)
  const reportedOrigins = new Set<string | null>()

  /** Tells the developer once which origin is refused, because a browser hides the reply from the page. */
  function reportOrigin(origin: string | null, { env, background }: Call<Env>): void {
    if (origin === DOCTOR_ORIGIN || reportedOrigins.has(origin) || reportedOrigins.size >= MAX_REPORTED_ORIGINS) return
    reportedOrigins.add(origin)
    const received = origin === null ? 'the origin of a page that sent no Origin header' : JSON.stringify(origin)
    const message = `does not contain ${received}, so requests are refused; add the origin if the page is yours`
    background(report(onError, invalidInput('/origins', message), env))
  }

  async function route(call: Call<Env>): Promise<Reply> {
    const { request } = call
    // A webhook has no origin, and no user.
    const accepted = webhooks && webhookRoute(call, webhooks)
    if (accepted) return accepted
    checkOrigin(request, origins, (origin) => reportOrigin(origin, call))
    if (request.method === 'OPTIONS') return { status: 204, headers: preflightHeaders(request), body: null }
    return flowRoutes(call)
  }

  return async (request, env, context) => {
    const background = (task: Promise<unknown>) => context?.waitUntil(task)
    const call: Call<Env> = {
      ...{ config, request, env: env as Env, now: clock.now, background },
      open: () => open(env as Env, background),
    }
    const { status, headers, body } = await route(call).catch((error: unknown) => {
      const found = toProblem(error)
      if (found.body.status >= 500) background(report(onError, error, env as Env))
      return problemReply(found)
    })
    return new Response(body, {
      status,
      headers: { ...headers, ...SECURITY_HEADERS, ...corsHeaders(request, origins) },
    })
  }
}
