import { invalidInput, refusing } from '../flow/errors.js'
import { flinks, readFlinks } from '../flow/flinks.js'
import { Flow } from '../flow/flow.js'
import type { Fetch, HostOptions } from '../flow/host.js'
import { mx, readMx } from '../flow/mx.js'
import { FlowHandle } from '../wasm/bank_mfa.js'
import type { Connection, FlinksConnection } from './config.js'

/** How long a token may take to be minted, in milliseconds. */
export const MINT = 30_000

/** Begins a connection's flow. */
export function begin(connection: Connection, host: FlowHost): Flow {
  if (connection.vendor === 'mx') return mx.member(connection.params, mxHost(connection, host))
  const { kind, params } = connection.flow ?? {}
  const own = flinksHost(connection, host)
  switch (kind) {
    case 'authorize':
      return flinks.authorize(params, own)
    case 'reconnect':
      return flinks.reconnect(params, own)
    case 'connect':
      return flinks.connect(params, own)
    default:
      throw invalidInput('/flow/kind', 'must be authorize, reconnect or connect')
  }
}

/** Takes a connection's flow up; at its window, where that is still open. */
export function goOn(snapshot: string, window: string | null, connection: Connection, host: FlowHost): Flow {
  const { config, checked } =
    connection.vendor === 'mx' ? readMx(mxHost(connection, host)) : readFlinks(flinksHost(connection, host))
  const handle = refusing(() => FlowHandle.restore(snapshot, config))
  return new Flow(handle, checked, window === null ? 'restored' : { window })
}

/** What a turn brings to a flow. */
export interface FlowHost extends HostOptions {
  /** The authorize token of a session; `mint` makes a new one. */
  token(session: number, mint: () => Promise<string>): Promise<string>
}

function flinksHost(connection: FlinksConnection, { token, ...options }: FlowHost) {
  const { host, secretKey } = connection
  const mint = () => mintToken(connection, options.fetch)
  const authorizeToken = ({ session }: { session: number }) => token(session, mint)
  return { ...host, ...options, probe: false, ...(secretKey !== undefined && { authorizeToken }) }
}

function mxHost(connection: Connection & { vendor: 'mx' }, { token: _, ...options }: FlowHost) {
  const { host, clientId, apiKey } = connection
  return { ...host, ...options, probe: false, clientId, apiKey }
}

/**
 * An authorize token for one session: https://docs.flinks.com, GenerateAuthorizeToken. Nothing where the key is
 * refused; rejects where no reply comes.
 */
async function mintToken({ host, secretKey = '' }: FlinksConnection, own: Fetch | undefined): Promise<string> {
  const base = host.baseUrl ?? `https://${host.instance}-api.private.fin.ag`
  const url = `${base.replace(/\/$/, '')}/v3/${host.customerId}/BankingServices/GenerateAuthorizeToken`
  const headers = { accept: 'application/json', 'flinks-auth-key': secretKey }
  const signal = AbortSignal.timeout(MINT)
  const call = own ?? fetch
  const response = await call(url, { method: 'POST', headers, body: null, redirect: 'manual', signal })
  const body = new TextDecoder().decode(await response.arrayBuffer())
  if (response.status === 401 || response.status === 403) return ''
  if (response.status !== 200) throw new TypeError('no token came')
  // Flinks' pages print the keys of a reply in more than one casing.
  const [, token] = Object.entries(JSON.parse(body) as object).find(([name]) => name.toLowerCase() === 'token') ?? []
  return typeof token === 'string' ? token : ''
}
