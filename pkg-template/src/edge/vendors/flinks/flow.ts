import { FlowError, invalidInput } from '../../../flow/errors.js'
import { flinksFlows, readFlinks } from '../../../flow/flinks.js'
import { isHeaderSafe, realTime, type HostOptions } from '../../../flow/host.js'
import { callEvent, emit } from '../../../flow/recorder.js'
import type { FlinksConnection } from '../../config.js'
import { core } from '../core.js'
import type { EdgeVendor, FlowHost } from '../vendor.js'
import { member, parse, toRecord } from '../../json.js'

/** The timeout of GenerateAuthorizeToken, in milliseconds. */
const TOKEN_TIMEOUT_MS = 30_000

const flows = flinksFlows(core)

export const flinks: EdgeVendor<FlinksConnection> = {
  paths: { '/params': '/flow/params' },

  begin(connection, host) {
    const { kind, params } = connection.flow ?? {}
    const flinksHost = toHost(connection, host)
    switch (kind) {
      case 'authorize':
        return flows.authorize(params, flinksHost)
      case 'reconnect':
        return flows.reconnect(params, flinksHost)
      case 'resume':
        return flows.resume(params, flinksHost)
      case 'connect':
        return flows.connect(params, flinksHost)
      default:
        throw invalidInput('/flow/kind', 'must be authorize, reconnect, resume or connect')
    }
  },

  readHost: (connection, host) => readFlinks(toHost(connection, host)),
}

function toHost(connection: FlinksConnection, { token, onError, ...options }: FlowHost) {
  const { host, secretKey } = connection
  if (secretKey !== undefined && !isHeaderSafe(secretKey)) {
    throw invalidInput('/secretKey', 'must be ASCII text without spaces')
  }
  const request = (session: number) =>
    requestToken(connection, session, options, onError).catch((cause: unknown) => {
      // The vendor's fault, and not that of the company's functions.
      throw new FlowError({ code: 'unreachable', next: 'retry-later', message: 'no authorize token' }, undefined, cause)
    })
  const authorizeToken = ({ session }: { session: number }) => token(session, TOKEN_TIMEOUT_MS, () => request(session))
  return { ...host, ...options, probe: false, ...(secretKey !== undefined && { authorizeToken }) }
}

/**
 * Requests an authorize token for one session: https://docs.flinks.com, GenerateAuthorizeToken. Rejects if there is no
 * reply, or a broken one. Returns an empty text if the key is refused or there is no token, which `onError` gets. The
 * errors are our own, because that of `fetch` may quote the key, and that of `JSON.parse` the token.
 */
async function requestToken(
  { host, secretKey }: FlinksConnection,
  session: number,
  { fetch: ownFetch = fetch, clock = realTime, onEvent }: Pick<HostOptions, 'fetch' | 'clock' | 'onEvent'>,
  onError: FlowHost['onError'],
): Promise<string> {
  const base = host.baseUrl ?? `https://${host.instance}-api.private.fin.ag`
  const url = `${base.replace(/\/$/, '')}/v3/${host.customerId}/BankingServices/GenerateAuthorizeToken`
  const headers = { accept: 'application/json', 'flinks-auth-key': secretKey! }
  const signal = AbortSignal.timeout(TOKEN_TIMEOUT_MS)
  const call = async () => {
    const response = await ownFetch(url, { method: 'POST', headers, body: null, redirect: 'manual', signal })
    return { status: response.status, text: new TextDecoder().decode(await response.arrayBuffer()) }
  }
  const begun = clock.now()
  const report = (outcome: { status?: number; cause?: unknown }) => {
    const ended = clock.now()
    emit(onEvent, ended, ...callEvent({ method: 'POST', url, session }, outcome), ended - begun)
  }
  const reply = await call().catch((cause: unknown) => {
    report({ cause })
    throw new TypeError(`GenerateAuthorizeToken got no reply: ${(cause as Partial<Error> | undefined)?.name}`)
  })
  const { status, text } = reply
  report({ status })
  if (status === 401 || status === 403) {
    onError(new TypeError(`GenerateAuthorizeToken refused the secretKey with status ${status}`))
    return ''
  }
  // The table of codes has OK with 200 and CREATED with 201: https://docs.flinks.com
  if (status !== 200 && status !== 201) throw new TypeError(`GenerateAuthorizeToken replied with status ${status}`)
  const body = parse(text)
  if (body === null) throw new TypeError('GenerateAuthorizeToken replied without JSON')
  const token = member(toRecord(body), 'token')
  if (typeof token === 'string') return token
  onError(new TypeError('GenerateAuthorizeToken replied without a token'))
  return ''
}
