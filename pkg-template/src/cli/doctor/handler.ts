/** Checks how an edge replies: in this process, or over the network. */
import { DOCTOR_ORIGIN } from '../../edge/http/origin.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'
import { probe, redirectOf, type SendRequest } from './network.js'

/** A flow that no edge has: a read of it is harmless. */
const NO_FLOW = `/flows/${'A'.repeat(43)}.${'0'.repeat(32)}`

export interface HandlerOptions {
  /** The address that `/flows` is added to, without a slash at the end. */
  base: string
  origins: string[]
  send?: SendRequest
  /** Returns what `onError` received, if the edge runs in this process. */
  lastError?: () => string | undefined
}

export async function checkHandler({ base, origins, send, lastError }: HandlerOptions): Promise<Finding[]> {
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    probe(base + path, { method, headers }, send)
  const [preflights, signIn, foreign, webhooks] = await Promise.all([
    Promise.all(
      origins.map(async (origin) => {
        const headers = {
          ...{ origin, 'access-control-request-method': 'POST' },
          'access-control-request-headers': 'authorization,content-type',
        }
        return checkPreflight(origin, await ask('/flows', headers, 'OPTIONS'))
      }),
    ),
    // Without an origin, as your own servers send it.
    ask(NO_FLOW),
    ask(NO_FLOW, { origin: DOCTOR_ORIGIN }),
    ask('/webhooks/mx'),
  ])
  // Without an edge, the other replies mean nothing.
  const isReachable = preflights.every(({ status }) => status !== 'skipped')
  if (!isReachable) return preflights.map((finding) => ({ ...finding, status: 'error' as const }))
  return [...preflights, checkSignIn(signIn, lastError?.()), checkForeign(foreign), checkWebhooks(webhooks)]
}

type Reply = Awaited<ReturnType<typeof probe>>

const CHECK_URL = 'Check the address: for https://edge.example/api/flows it is https://edge.example/api.'

/** `skipped` if there is no edge at all. */
function checkPreflight(origin: string, reply: Reply): Finding {
  const check = `CORS for ${origin}`
  if ('failure' in reply)
    return { ...problem(check, reply.failure, 'Check that the edge runs, and its address.'), status: 'skipped' }
  if (reply.status === 403) {
    return problem(
      check,
      'the edge refuses this origin',
      'Add it to `origins` in app.js, exactly as it is here, and deploy.',
    )
  }
  const redirect = redirectOf(reply)
  if (redirect !== null) {
    const fix = 'Use the address that it redirects to. Browsers follow no redirect of a preflight.'
    return { ...problem(check, `this address redirects to ${redirect}`, fix), status: 'skipped' }
  }
  if (reply.status !== 204) {
    return { ...problem(check, `no edge at this address: status ${reply.status}`, CHECK_URL), status: 'skipped' }
  }
  if (reply.headers.get('access-control-allow-origin') !== origin) {
    return problem(
      check,
      'the reply to the preflight lacks access-control-allow-origin',
      'A proxy in front of the edge must pass OPTIONS requests and their replies on.',
    )
  }
  return ok(check, 'pages of this origin can call the edge')
}

function checkSignIn(reply: Reply, error: string | undefined): Finding {
  const check = 'authenticate'
  if ('failure' in reply) return problem(check, reply.failure, 'Check that the edge runs.')
  const code = codeOf(reply.text)
  if (code === 'UNAUTHENTICATED') return ok(check, 'a request without a session gets 401')
  if (code === 'NOT_FOUND') {
    return problem(
      check,
      'a request without a session is accepted',
      'authenticate must return null if nobody is signed in.',
    )
  }
  if (code === 'UNAVAILABLE') {
    const message = error ? `throws without a session: ${error}` : 'throws without a session: the edge replies 503'
    return problem(check, message, 'It must return null. Check the variables that it reads; `onError` gets the error.')
  }
  return problem(check, `unexpected reply: status ${reply.status} ${code ?? ''}`.trim(), CHECK_URL)
}

function checkForeign(reply: Reply): Finding {
  const check = 'other origins'
  if (!('failure' in reply) && codeOf(reply.text) === 'FORBIDDEN') return ok(check, 'pages of other origins get 403')
  return problem(
    check,
    'a page of another origin is not refused',
    'A proxy in front of the edge must not remove or change the header `origin`.',
  )
}

function checkWebhooks(reply: Reply): Finding {
  const check = 'webhooks'
  if ('failure' in reply) return warning(check, reply.failure, 'Check that the edge runs.')
  if (reply.status === 405) return ok(check, 'the route /webhooks/mx is open. MX must be able to reach it')
  return skipped(check, 'no route: the edge has no `webhooks`')
}

/** The code of a problem document. Any server can have replied. */
function codeOf(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as { code?: unknown }
    return typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}
