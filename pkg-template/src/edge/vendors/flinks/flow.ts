import { FlowError, invalidInput, type ErrorDetails } from '../../../flow/errors.js'
import { flinks as flows, readFlinks } from '../../../flow/flinks.js'
import type { Fetch } from '../../../flow/host.js'
import type { FlinksConnection } from '../../config.js'
import type { EdgeVendor, FlowHost } from '../vendor.js'
import { member } from '../../json.js'

/** The timeout of GenerateAuthorizeToken, in milliseconds. */
const TOKEN_TIMEOUT_MS = 30_000

const UNREACHABLE: ErrorDetails = {
  ...{ code: 'unreachable', next: 'retry-later', message: 'no authorize token' },
  ...{ retryAt: null, vendorCode: null, status: null },
}

export const flinks: EdgeVendor<FlinksConnection> = {
  begin(connection, host) {
    const { kind, params } = connection.flow ?? {}
    const flinksHost = toHost(connection, host)
    switch (kind) {
      case 'authorize':
        return flows.authorize(params, flinksHost)
      case 'reconnect':
        return flows.reconnect(params, flinksHost)
      case 'connect':
        return flows.connect(params, flinksHost)
      default:
        throw invalidInput('/flow/kind', 'must be authorize, reconnect or connect')
    }
  },

  readHost: (connection, host) => readFlinks(toHost(connection, host)),
}

function toHost(connection: FlinksConnection, { token, ...options }: FlowHost) {
  const { host, secretKey } = connection
  const request = () =>
    requestToken(connection, options.fetch).catch((cause: unknown) => {
      // The vendor's fault, and not that of the company's functions.
      throw new FlowError(UNREACHABLE, undefined, cause)
    })
  const authorizeToken = ({ session }: { session: number }) => token(session, TOKEN_TIMEOUT_MS, request)
  return { ...host, ...options, probe: false, ...(secretKey !== undefined && { authorizeToken }) }
}

/**
 * Requests an authorize token for one session: https://docs.flinks.com, GenerateAuthorizeToken. Returns an empty text
 * if the key is refused. Rejects if there is no reply, or if it has another status.
 */
async function requestToken({ host, secretKey = '' }: FlinksConnection, ownFetch: Fetch | undefined): Promise<string> {
  const base = host.baseUrl ?? `https://${host.instance}-api.private.fin.ag`
  const url = `${base.replace(/\/$/, '')}/v3/${host.customerId}/BankingServices/GenerateAuthorizeToken`
  const headers = { accept: 'application/json', 'flinks-auth-key': secretKey }
  const signal = AbortSignal.timeout(TOKEN_TIMEOUT_MS)
  const call = ownFetch ?? fetch
  const response = await call(url, { method: 'POST', headers, body: null, redirect: 'manual', signal })
  const body = new TextDecoder().decode(await response.arrayBuffer())
  if (response.status === 401 || response.status === 403) return ''
  if (response.status !== 200) throw new TypeError(`GenerateAuthorizeToken replied with status ${response.status}`)
  const token = member(JSON.parse(body) as Record<string, unknown>, 'token')
  return typeof token === 'string' ? token : ''
}
