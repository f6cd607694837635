/** Checks the messages of a vendor's page, and reports them to the flow. It needs no DOM. */
import type { VendorEvents } from './events.js'
import { SESSION_ENDED, readFlinksReport } from './flinks.js'
import { readMessage, type RefusedReason, type Report } from './message.js'
import { readMxReport } from './mx.js'
import { invalidInput, type FlowError } from '../flow/errors.js'
import type { ConnectStep, RedirectStep } from '../flow/steps.js'

/** The steps that have a vendor's page: a flow's `connect` step, or its `redirect` step if that shows MX's widget. */
export type Mountable = MountableConnect | MountableWidget

/** The part of a `connect` step that `mount` and `connectWebView` need. */
export type MountableConnect = Pick<ConnectStep, 'kind' | 'signal' | 'pageUrl' | 'returned' | 'tokenRefused'> &
  Partial<Pick<ConnectStep, 'purpose' | 'sessionExpired'>>

/** The part of a `redirect` step that `mount` and `connectWebView` need. */
export type MountableWidget = Pick<RedirectStep, 'kind' | 'pageUrl'> & Partial<Pick<RedirectStep, 'purpose' | 'signal'>>

/** Throws `INVALID_INPUT` if a step has no page of the vendor that can be shown here, or if an option is invalid. */
export function checkArguments(step: Mountable, options: { onEvent?: VendorEvents | undefined }): void {
  if (!step?.pageUrl) throw invalidInput('/step', 'must have a page of the vendor')
  if (step.purpose === 'oauth') {
    throw invalidInput('/step/purpose', 'must be widget: a bank opens in a window of its own')
  }
  if (!options) throw invalidInput('/options', 'must be an object')
  const { onEvent } = options
  if (onEvent && !onEvent.read) throw invalidInput('/options/onEvent', 'must be made by vendorEvents')
}

/** Reports a message to the flow, or returns the reason why it refuses the message. */
export type HandleMessage = (data: unknown) => RefusedReason | undefined

/** Makes a handler of messages. `onReport` gets each accepted one before `events` does. */
export function createHandler(
  step: Mountable,
  events: VendorEvents | undefined,
  onReport?: (report: Report) => void,
): HandleMessage {
  /** `REDIRECT` is never Connect's first message, and a step gets one report only. */
  let [sawFirst, reported] = [false, false]
  /** The latest choice of accounts, for a REDIRECT that has none. */
  let selected: readonly string[] = []

  return (data) => {
    let report, event
    // A value can be an object that has no text, or a getter that throws: such a message is refused.
    try {
      const message = readMessage(data)
      if (message === undefined) return 'shape'
      report = step.kind === 'connect' ? readFlinksReport(message) : readMxReport(message)
      if (typeof report === 'string') return report
      if (report.accountIds) {
        if (report.accountIds.length > 0) selected = report.accountIds
        if (report.kind === 'redirect') report = { ...report, accountIds: selected }
      }
      event = events?.read(message, report)
      if (typeof event === 'string') return event
    } catch {
      return 'shape'
    }
    const call = callOf(step, report)
    if (call) {
      if (reported || (report.kind === 'redirect' && !sawFirst)) return 'phase'
      try {
        call()
      } catch (error) {
        // `instanceof` would fail if the entries are bundled separately: each has its own class `FlowError`.
        if (!(error instanceof Error && error.name === 'FlowError')) throw error
        // The claim is malformed, or the flow has left the step.
        return (error as FlowError).code === 'INVALID_INPUT' ? 'shape' : 'phase'
      }
      reported = true
    }
    sawFirst = true
    onReport?.(report)
    if (event) events?.listener(event)
    return undefined
  }
}

/** What the flow has to know of a message, as a call of its step. */
function callOf(
  step: Mountable,
  { kind, name = '', loginId = '', accountIds = [] }: Report,
): (() => unknown) | undefined {
  if (step.kind !== 'connect') return undefined
  if (kind === 'redirect') return () => step.returned(accountIds.length > 0 ? { loginId, accountIds } : { loginId })
  if (kind === 'token-refused') return () => step.tokenRefused()
  // In the middle of a session, Connect cannot begin another one: the user would stay at its error.
  return kind === 'error' && step.purpose === 'mfa' && SESSION_ENDED.test(name) ? step.sessionExpired : undefined
}
