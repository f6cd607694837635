import { refusing } from '../flow/errors.js'
import { toFields, type Answers, type RawAnswers } from '../flow/steps.js'
import { toConfig, toJson, toReply, type Judged } from '../flow/host.js'
import {
  mxRequest,
  mxResponse,
  mxResumeRequest,
  type MemberParams,
  type MxConfig,
  type MxReply,
  type Request,
} from '../wasm/calls.js'

/** What an answer needs of a reply that asks. */
type Asked = Pick<MxReply & { kind: 'challenged' }, 'challengesJson'>

/** MX's single calls. */
export const mx = {
  /** The validated request that begins, for a loop of your own. Fill in its slot and send it. */
  startRequest: (params: MemberParams, config: MxConfig): Request => request('start', params, config),
  /** The request for a member's status. No more than one in 3,000 ms. */
  statusRequest: (params: MemberParams, config: MxConfig): Request => request('status', params, config),
  /** The request for a member's challenges. */
  challengesRequest: (params: MemberParams, config: MxConfig): Request => request('challenges', params, config),
  /** The request for the window in which the person signs in. */
  windowRequest: (params: MemberParams, config: MxConfig): Request => request('window', params, config),

  /** The request that answers all challenges of a round. Read the status just before you send it. */
  resumeRequest(params: MemberParams, challenged: Asked, answers: Answers, config: MxConfig): Request {
    return resume(params, challenged, toFields(answers), false, config)
  },

  /** The same with guids and values of your own. */
  resumeRawRequest(params: MemberParams, challenged: Asked, answers: RawAnswers, config: MxConfig): Request {
    return resume(params, challenged, answers, true, config)
  },

  /** Judges the reply to a status request. */
  statusResponse: (response: Judged): MxReply => mxResponse(false, ...toReply(response)),
  /** Judges the reply to a challenges request. */
  challengesResponse: (response: Judged): MxReply => mxResponse(true, ...toReply(response)),
}

function request(call: 'start' | 'status' | 'challenges' | 'window', params: MemberParams, config: MxConfig): Request {
  return refusing(() => mxRequest(call, toJson('params', params), toConfig(config)))
}

function resume(params: MemberParams, challenged: Asked, answers: unknown, raw: boolean, config: MxConfig): Request {
  const [json, given] = [toJson('params', params), toJson('answers', answers, !raw)]
  return refusing(() => mxResumeRequest(json, `${challenged?.challengesJson}`, given, raw, toConfig(config)))
}
