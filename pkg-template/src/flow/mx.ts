import type { Core, ReadHost } from './core.js'
import { invalidInput } from './errors.js'
import type { Flow } from './flow.js'
import {
  checkSecret,
  configToJson,
  isHeaderSafe,
  mapSecret,
  splitHostOptions,
  toJson,
  type HostOptions,
  type SecretSource,
} from './host.js'
import type { MemberParams, MxConfig, MxConnected } from '../wasm/bank_mfa.js'

/** The MX environment, the API credentials, and the options of a flow. */
export interface MxHost extends MxConfig, HostOptions {
  /**
   * The client id. Use it and the API key on a server, never in a page. Without both, requests have no `Authorization`
   * header, and your proxy must add it.
   */
  clientId?: string | undefined
  /** The API key: a string, or a function that is called once per flow. */
  apiKey?: SecretSource | undefined
}

/** MX (US and Canada): https://docs.mx.com */
export interface MxFlows {
  /**
   * Connects a member: runs a `job` of an existing member, creates one (`institutionCode` and `credentials`, or
   * `isOauth`; with the products of `dataRequest`), or replaces its `credentials`. A round of the kind `credentials` asks
   * for credentials that are missing or refused. With `memberGuid` and `isOauth`, the member signs in at the bank again.
   * With a `memberGuid` alone, it follows a member whose job runs or that is CHALLENGED, for example after a webhook.
   * Throws a `FlowError` with `INVALID_INPUT`, and sends nothing, if an argument is missing, malformed or contradicts
   * another.
   *
   * @example
   * const flow = mx.member({ userGuid, memberGuid, job: 'aggregate' }, { environment: 'integration', clientId, apiKey })
   * for await (const step of flow) {
   *   if (step.kind === 'challenge') await step.answer(await askPerson(step.round))
   * }
   */
  member(params: MemberParams, host: MxHost): Flow<MxConnected>
}

/** @internal The flows of MX that run in a core. */
export const mxFlows = (core: Core): MxFlows => ({
  member(params, host) {
    const read = readMx(host)
    return core.start('mx', toJson('params', params), read)
  },
})

/** @internal */
export function readMx(host: MxHost): ReadHost {
  const [options, { clientId, apiKey, ...config }] = splitHostOptions(host)
  checkSecret('apiKey', apiKey)
  if (apiKey !== undefined && !(isHeaderSafe(clientId) && !clientId.includes(':'))) {
    throw invalidInput('/host/clientId', 'is required with apiKey: ASCII text without spaces or colons')
  }
  if (apiKey === undefined && clientId !== undefined) {
    throw invalidInput('/host/apiKey', 'is required with clientId')
  }
  const secret = mapSecret(apiKey, (key) => mxBasic(`${clientId}`, key))
  return {
    config: configToJson('host', config),
    checked: { ...options, secrets: { MxBasic: secret }, vendor: 'mx' },
  }
}

/** @internal The `Authorization` header that MX expects. */
export function mxBasic(clientId: string, apiKey: string): string {
  return `Basic ${btoa(`${clientId}:${apiKey}`)}`
}
