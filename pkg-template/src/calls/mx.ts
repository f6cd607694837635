import { asFlowError } from '../flow/errors.js'
import { checkResponse, configToJson, toJson, type VendorResponse } from '../flow/host.js'
import { formToObject, type Answers, type RawAnswers } from '../flow/steps.js'
import {
  mxRequest,
  mxResponse,
  mxResumeRequest,
  type MemberParams,
  type MxConfig,
  type MxReply,
  type Request,
} from '../wasm/calls.js'

/** The part of a `challenged` reply that `resumeRequest` needs. */
export type MxChallenged = Pick<MxReply & { kind: 'challenged' }, 'challengesJson'>

/**
 * MX's calls as pairs, for a loop of your own: `…Request` builds and validates a request, `…Response` interprets the
 * response. Replace the request's slot with the `Authorization` header, and send it. Each `…Request` throws a
 * `FlowError` with `INVALID_INPUT` if an argument is invalid.
 */
export const mx = {
  /** The request that creates a member or starts its job. */
  startRequest: (params: MemberParams, config: MxConfig): Request => request('start', params, config),
  /** The request for a member's status. Send at most one per 3,000 ms. */
  statusRequest: (params: MemberParams, config: MxConfig): Request => request('status', params, config),
  /** The request for a member's challenges. */
  challengesRequest: (params: MemberParams, config: MxConfig): Request => request('challenges', params, config),
  /** The request for the URL of the window in which the user signs in. */
  windowRequest: (params: MemberParams, config: MxConfig): Request => request('window', params, config),

  /** The request that answers all challenges of a round. Read the status immediately before you send it. */
  resumeRequest(params: MemberParams, challenged: MxChallenged, answers: Answers, config: MxConfig): Request {
    return resume(params, challenged, formToObject(answers), false, config)
  },

  /** The same, with MX's own guids and values as answers. */
  resumeRawRequest(params: MemberParams, challenged: MxChallenged, answers: RawAnswers, config: MxConfig): Request {
    return resume(params, challenged, answers, true, config)
  },

  /** Interprets the response to a status request. */
  statusResponse: (response: VendorResponse): MxReply => mxResponse(false, ...checkResponse(response)),
  /** Interprets the response to a challenges request. */
  challengesResponse: (response: VendorResponse): MxReply => mxResponse(true, ...checkResponse(response)),
}

function request(call: 'start' | 'status' | 'challenges' | 'window', params: MemberParams, config: MxConfig): Request {
  return asFlowError(() => mxRequest(call, toJson('params', params), configToJson('config', config)))
}

function resume(
  params: MemberParams,
  challenged: MxChallenged,
  answers: unknown,
  raw: boolean,
  config: MxConfig,
): Request {
  const [paramsJson, answersJson] = [toJson('params', params), toJson('answers', answers, !raw)]
  return asFlowError(() =>
    mxResumeRequest(paramsJson, String(challenged?.challengesJson), answersJson, raw, configToJson('config', config)),
  )
}
