import { refusing } from './errors.js'
import { Flow, newId, toFields, type Answers, type RawAnswers } from './flow.js'
import {
  checkSecret,
  mapSecret,
  partHost,
  toConfig,
  toJson,
  toReply,
  type Host,
  type HostOptions,
  type Judged,
  type Secret,
} from './host.js'
import {
  FlowHandle,
  flinksAnswerRequest,
  flinksAuthorizeRequest,
  flinksAuthorizeResponse,
  flinksPollRequest,
  type Authorized,
  type AuthorizeParams,
  type AuthorizeReply,
  type FlinksConfig,
  type Request,
} from './wasm/bank_mfa.js'

/** Where and as whom to call Flinks, and with what. */
export interface FlinksHost extends FlinksConfig, HostOptions {
  /**
   * The authorize token, minted by GenerateAuthorizeToken at your back end, and never the secret key. A
   * function is asked once a session: one Authorize and its answers are one session, and a flow can need
   * a second one. It must give the same session the same token, also after `restore`. Customers from
   * before October 2024 may have none. Where the function rejects, nothing is sent.
   */
  authorizeToken?: Secret | undefined
}

/** What an answer needs of a reply that asks, as `authorizeResponse` gave it. */
export type Challenged = Pick<AuthorizeReply & { kind: 'challenged' }, 'requestId' | 'securityChallenges'>

/** Flinks (Canada): https://docs.flinks.com */
export const flinks = {
  /**
   * Authorizes a session, cached or live, with MFA in any number of rounds. Throws a `FlowError` with
   * `INVALID_INPUT`, and sends nothing, where an argument is missing, malformed or contradicts another.
   */
  authorize(params: AuthorizeParams, host: FlinksHost): Flow<Authorized> {
    const { config, checked } = readFlinks(host)
    const handle = refusing(() => FlowHandle.start('flinks', newId(), toJson('params', params), config))
    return new Flow<Authorized>(handle, checked, 'started')
  },

  /** The validated request of Authorize, for a loop of your own. Fill in its slots and send it. */
  authorizeRequest(params: AuthorizeParams, config: FlinksConfig): Request {
    return refusing(() => flinksAuthorizeRequest(toJson('params', params), toConfig(config)))
  },

  /** The validated request that asks on, under the same token; no more than one in 10,000 ms. */
  pollRequest(pending: { requestId: string }, config: FlinksConfig): Request {
    return refusing(() => flinksPollRequest(toJson('pending', pending), toConfig(config)))
  },

  /** The validated request that answers; send it under the authorize token that was challenged. */
  answerRequest(challenged: Challenged, answers: Answers, config: FlinksConfig): Request {
    return answer(challenged, toFields(answers), false, config)
  },

  /** The same with Flinks' own keys and values, for a challenge that Flinks does not document. */
  answerRawRequest(challenged: Challenged, answers: RawAnswers, config: FlinksConfig): Request {
    return answer(challenged, answers, true, config)
  },

  /** Judges a reply of Authorize. `requestId` is the one that the call carried, if it carried one. */
  authorizeResponse(response: Judged & { requestId?: string }): AuthorizeReply {
    return refusing(() => flinksAuthorizeResponse(...toReply(response), response.requestId))
  },
}

function answer(challenged: Challenged, answers: unknown, raw: boolean, config: FlinksConfig): Request {
  const [json, given] = [toJson('challenged', challenged), toJson('answers', answers, !raw)]
  return refusing(() => flinksAnswerRequest(json, given, raw, toConfig(config)))
}

/** @internal */
export function readFlinks(host: FlinksHost): { config: string; checked: Host } {
  const [options, { authorizeToken, ...config }] = partHost(host)
  checkSecret('authorizeToken', authorizeToken)
  const secrets = { FlinksAuthorizeToken: mapSecret(authorizeToken, (token) => token) }
  return { config: toConfig(config), checked: { ...options, secrets } }
}
