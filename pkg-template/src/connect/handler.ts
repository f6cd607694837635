/** Checks the messages of a vendor's page, and reports them to the flow. It needs no DOM. */
import { readFlinksMessage, readFlinksReport, type FlinksEvent, type FlinksRead } from './flinks.js'
import { readMessage, type Message, type RefusedReason } from './message.js'
import { readMxMessage, type MxEvent } from './mx.js'
import { invalidInput, type FlowError } from '../flow/errors.js'
import type { ConnectStep, RedirectStep } from '../flow/steps.js'

/** The steps that have a vendor's page: a flow's `connect` step, or its `redirect` step if that shows MX's widget. */
export type Mountable = MountableConnect | MountableWidget

/** The part of a `connect` step that `mount` and `connectWebView` need. */
export type MountableConnect = Pick<ConnectStep, 'kind' | 'signal' | 'pageUrl' | 'returned' | 'tokenRefused'> &
  Partial<Pick<ConnectStep, 'purpose' | 'sessionExpired'>>

/** The part of a `redirect` step that `mount` and `connectWebView` need. */
export type MountableWidget = Pick<RedirectStep, 'kind' | 'pageUrl'> & Partial<Pick<RedirectStep, 'purpose' | 'signal'>>

/** Throws `INVALID_INPUT` if a step has no page of the vendor that can be shown here, or if the options are missing. */
export function checkArguments(step: Mountable, options: object): void {
  if (!step?.pageUrl) throw invalidInput('/step', 'must have a page of the vendor')
  if (step.purpose === 'oauth')
    throw invalidInput('/step/purpose', 'must be widget: a bank opens in a window of its own')
  if (!options) throw invalidInput('/options', 'must be an object')
}

/** Reports a message to the flow, or returns the reason why it refuses the message. */
export type HandleMessage = (data: unknown) => RefusedReason | undefined

type OnEvent = (event: FlinksEvent | MxEvent) => void

/** Makes a handler that gives each message to `onEvent` by its documented type. */
export function createMessageHandler(step: Mountable, onEvent: OnEvent): HandleMessage {
  return createHandler(step, onEvent, (message) => {
    if (step.kind === 'connect') return readFlinksMessage(message)
    const event = readMxMessage(message)
    return typeof event === 'string' ? event : { event }
  })
}

/**
 * Makes a handler for a page that reads no events: it knows only the messages that the flow or the iframe needs. MX's
 * widget has none, as the flow polls its member.
 */
export function createReportHandler(step: Mountable, onEvent: OnEvent): HandleMessage {
  return createHandler(step, onEvent, (message) => (step.kind === 'connect' ? readFlinksReport(message) : 'shape'))
}

type Read = (message: Message) => { event: FlinksEvent | MxEvent } | RefusedReason

function createHandler(step: Mountable, onEvent: OnEvent, read: Read): HandleMessage {
  /** `REDIRECT` is never Connect's first message, and a step gets one report only. */
  let [sawFirst, reported] = [false, false]
  /** The latest choice of accounts, for a REDIRECT that has none. */
  let selected: readonly string[] = []

  function connect(step: MountableConnect, read: FlinksRead): RefusedReason | undefined {
    let { event } = read
    if ('accountIds' in event) {
      if (event.accountIds.length > 0) selected = event.accountIds
      else if (event.kind === 'redirect') event = { ...event, accountIds: selected }
    }
    const report = reportOf(step, event, read.loginId)
    if (report !== undefined) {
      if (reported || (event.kind === 'redirect' && !sawFirst)) return 'phase'
      const reason = reasonOf(report)
      if (reason !== undefined) return reason
      reported = true
    }
    sawFirst = true
    onEvent(event)
    return undefined
  }

  return (data) => {
    const known = readSafely(data, read)
    if (typeof known === 'string') return known
    // Nothing to report of MX's widget: the flow polls the member every three seconds.
    return step.kind === 'connect' ? connect(step, known as FlinksRead) : void onEvent(known.event)
  }
}

/** A value can be an object that has no text, or a getter that throws: such a message is refused. */
function readSafely(data: unknown, read: Read): ReturnType<Read> {
  try {
    const message = readMessage(data)
    return message === undefined ? 'shape' : read(message)
  } catch {
    return 'shape'
  }
}

/** What the flow has to know of an event, as a call of its step. */
function reportOf(step: MountableConnect, event: FlinksEvent, loginId = ''): (() => unknown) | undefined {
  switch (event.kind) {
    case 'redirect': {
      const { accountIds } = event
      return () => step.returned(accountIds.length > 0 ? { loginId, accountIds } : { loginId })
    }
    case 'token-refused':
      return () => step.tokenRefused()
    case 'error':
      // In the middle of a session, Connect cannot begin another one: the user would stay at its error.
      return step.purpose === 'mfa' && SESSION_ENDED.test(event.flinksCode) ? step.sessionExpired : undefined
  }
  return undefined
}

const SESSION_ENDED = /^SESSION_(EXPIRED|NONEXISTENT)$/

/** Why the flow refuses a report: the claim is malformed, or the flow has left the step. */
function reasonOf(call: () => unknown): RefusedReason | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    // `instanceof` would fail if the entries are bundled separately: each has its own class `FlowError`.
    if (!(error instanceof Error && error.name === 'FlowError')) throw error
    return (error as FlowError).code === 'INVALID_INPUT' ? 'shape' : 'phase'
  }
}
