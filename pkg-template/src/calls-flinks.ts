import { refusing } from './errors.js'
import { toFields, type Answers, type RawAnswers } from './flow.js'
import { toConfig, toJson, toReply, type Judged } from './host.js'
import {
  flinksAnswerRequest,
  flinksAuthorizeRequest,
  flinksAuthorizeResponse,
  flinksPollRequest,
  type AuthorizeParams,
  type AuthorizeReply,
  type FlinksConfig,
  type Request,
} from './wasm/calls.js'

/** What an answer needs of a reply that asks, as `authorizeResponse` gave it. */
export type Challenged = Pick<AuthorizeReply & { kind: 'challenged' }, 'requestId' | 'securityChallenges'>

/** Flinks' single calls. */
export const flinks = {
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
