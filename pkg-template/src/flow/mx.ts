import { invalidInput, refusing } from './errors.js'
import { Flow } from './flow.js'
import { newId } from '../shared.js'
import {
  checkSecret,
  isSecret,
  mapSecret,
  partHost,
  toConfig,
  toJson,
  type Host,
  type HostOptions,
  type Secret,
} from './host.js'
import { send } from './send.js'
import { FlowHandle, type MemberParams, type MxConfig, type MxConnected } from '../wasm/bank_mfa.js'

/** Which of MX's hosts to call, and with what. */
export interface MxHost extends MxConfig, HostOptions {
  /**
   * The client id and the API key. They are a server's: never in a page. Without them the header is left
   * out, for a proxy that adds it.
   */
  clientId?: string | undefined
  /** A string, or a function that is asked once a flow. */
  apiKey?: Secret | undefined
}

/** MX (US and Canada): https://docs.mx.com */
export const mx = {
  /**
   * Runs a member: a `job` of a member that exists; a new member (`institutionCode` and `credentials`, or
   * `isOauth`); new `credentials` for a member; or, with a `memberGuid` alone, takes up a member that
   * already runs or is CHALLENGED, which is where a webhook or a link in a letter leads to.
   */
  member(params: MemberParams, host: MxHost): Flow<MxConnected> {
    const { config, checked } = readMx(host)
    const handle = refusing(() => FlowHandle.start('mx', newId(), toJson('params', params), config))
    return new Flow<MxConnected>(handle, checked, 'started')
  },
}

/** @internal */
export function readMx(host: MxHost): { config: string; checked: Host } {
  const [options, { clientId, apiKey, ...config }] = partHost(host)
  checkSecret('apiKey', apiKey)
  if (apiKey !== undefined && !(isSecret(clientId) && !clientId.includes(':'))) {
    throw invalidInput('/config/clientId', 'must be given with an apiKey')
  }
  if (apiKey === undefined && clientId !== undefined) {
    throw invalidInput('/config/apiKey', 'must be given with a clientId')
  }
  const secret = mapSecret(apiKey, (key) => mxBasic(`${clientId}`, key))
  return { config: toConfig(config), checked: { ...options, secrets: { MxBasic: secret }, send } }
}

/** @internal The header that MX knows a customer by. */
export function mxBasic(clientId: string, apiKey: string): string {
  return `Basic ${btoa(`${clientId}:${apiKey}`)}`
}
