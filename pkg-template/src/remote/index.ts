/**
 * What `bank-mfa/remote` exports: a page follows a flow that runs at your own edge (`bank-mfa/edge`). The page needs no
 * wasm and holds no key: it shows the edge's steps and passes on the user's answers.
 */
import { invalidInput } from '../flow/errors.js'
import { newId, type RemoteResult } from '../shared.js'
import { edgeClient, isFlowId, type RemoteOptions } from './client.js'
import { RemoteFlow } from './flow.js'

export { FlowError, type EdgeCode } from '../flow/errors.js'
export type { Clock } from '../flow/host.js'
export type {
  FlowAction,
  FlowEvent,
  FlowEventAttributes,
  OnEvent,
  Trace,
  TraceEvent,
  TraceTimes,
} from '../flow/trace.js'
export type { Answers, ChallengeStep, Claim, ConnectStep, RawAnswers, RedirectStep, Step } from '../flow/steps.js'
export { RemoteFlow, type RemoteOptions, type RemoteResult }

/** Starts and resumes the flows of one edge. */
export interface Remote {
  /**
   * Starts a flow, or joins the one that runs. `connection` is your own id of the connection. Throws a `FlowError` with
   * `INVALID_INPUT` if it is not a string.
   */
  start<Result = RemoteResult>(params: { connection: string }): RemoteFlow<Result>
  /**
   * Resumes a flow by its `id`, after a reload or in another tab. Throws a `FlowError` with `INVALID_INPUT` if `flowId`
   * is malformed.
   */
  resume<Result = RemoteResult>(flowId: string): RemoteFlow<Result>
}

/**
 * Uses the edge at a URL, such as `/mfa`. Throws a `FlowError` with `INVALID_INPUT` if the URL is invalid.
 *
 * @example
 * const flow = remote('/mfa').start({ connection: 'c_42' })
 * for await (const step of flow) {
 *   if (step.kind === 'challenge') await step.answer(new FormData(await showForm(step.round)))
 *   if (step.kind === 'connect') mount(step, element)
 * }
 */
export function remote(url: string | URL, options: RemoteOptions = {}): Remote {
  const edge = edgeClient(url, options)
  return {
    start(params) {
      const connection = params?.connection
      if (typeof connection !== 'string') throw invalidInput('/params/connection', 'must be a string')
      // The page chooses the id: if the reply is lost, the same request again starts no second flow.
      return new RemoteFlow(edge, '', { connection, flow: newId() })
    },
    resume(flowId) {
      if (!isFlowId(flowId)) throw invalidInput('/flowId', 'must be the id of a flow')
      return new RemoteFlow(edge, flowId)
    },
  }
}
