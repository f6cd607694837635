/** Checks the messages of a vendor's page, and reports them to the flow. It needs no DOM. */
import { readFlinksMessage, type FlinksEvent } from './flinks.js'
import { readMessage, type Message, type RefusedReason } from './message.js'
import { readMxMessage, type MxEvent } from './mx.js'
import type { FlowError } from '../flow/errors.js'
import type { ConnectStep, RedirectStep } from '../flow/steps.js'

/** The steps that have a vendor's page: a flow's `connect` step, or its `redirect` step if that shows MX's widget. */
export type Mountable = MountableConnect | MountableWidget

/** The part of a `connect` step that `mount` and `connectWebView` need. */
export type MountableConnect = Pick<ConnectStep, 'kind' | 'signal' | 'pageUrl' | 'returned' | 'tokenRefused'>

/** The part of a `redirect` step that `mount` and `connectWebView` need. */
export type MountableWidget = Pick<RedirectStep, 'kind' | 'pageUrl'> & Partial<Pick<RedirectStep, 'purpose' | 'signal'>>

/** Returns a function that reports a message to the flow, or returns the reason why it refuses the message. */
export function createMessageHandler(step: Mountable, onEvent: (event: FlinksEvent | MxEvent) => void) {
  /** `REDIRECT` is never Connect's first message, and a step gets one report only. */
  let [sawFirst, reported] = [false, false]
  /** The latest choice of accounts, for a REDIRECT that has none. */
  let selected: readonly string[] = []

  function connect(step: MountableConnect, message: Message): RefusedReason | undefined {
    const read = readFlinksMessage(message)
    if (typeof read === 'string') return read
    const { event, loginId } = read
    if (loginId !== undefined || event.kind === 'token-refused') {
      if (reported || (loginId !== undefined && !sawFirst)) return 'phase'
      const reason = reasonOf(() => (loginId === undefined ? step.tokenRefused() : step.returned({ loginId })))
      if (reason !== undefined) return reason
      reported = true
    }
    sawFirst = true
    if (event.kind === 'step' && event.step === 'ACCOUNT_SELECTED') selected = event.accountIds
    onEvent(event.kind === 'redirect' && event.accountIds.length === 0 ? { ...event, accountIds: selected } : event)
    return undefined
  }

  return (data: unknown): RefusedReason | undefined => {
    const message = readMessage(data)
    if (message === undefined) return 'shape'
    if (step.kind === 'connect') return connect(step, message)
    // Nothing to report: the flow polls the member every three seconds.
    const read = readMxMessage(message)
    return typeof read === 'string' ? read : void onEvent(read)
  }
}

/** Why the flow refuses a report: the claim is malformed, or the flow has left the step. */
function reasonOf(call: () => void): RefusedReason | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    // `instanceof` would fail if the entries are bundled separately: each has its own class `FlowError`.
    if (!(error instanceof Error && error.name === 'FlowError')) throw error
    return (error as FlowError).code === 'INVALID_INPUT' ? 'shape' : 'phase'
  }
}
