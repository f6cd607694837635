/** The events of a vendor's page. Only a page that listens to them ships their tables. */
import { readFlinksEvent, type FlinksEvent } from './flinks.js'
import type { Message, RefusedReason, Report } from './message.js'
import { readMxEvent, type MxEvent } from './mx.js'

/** A listener for the events of a vendor's page, as `vendorEvents` makes it. */
export interface VendorEvents {
  /** @internal The event of an accepted message. */
  readonly read: (message: Message, report: Report) => FlinksEvent | MxEvent | RefusedReason
  /** @internal */
  readonly listener: (event: FlinksEvent | MxEvent) => void
}

/**
 * Makes the option `onEvent` of `mount` and `connectWebView`: `listener` gets each accepted message by its documented
 * name, after the flow has received it. The flow does not need it.
 *
 * @example
 * mount(step, element, { onEvent: vendorEvents((event) => console.log(event.kind)) })
 */
export function vendorEvents(listener: (event: FlinksEvent | MxEvent) => void): VendorEvents {
  const read: VendorEvents['read'] = (message, report) =>
    report.kind === 'mx' ? readMxEvent(message, report) : readFlinksEvent(message, report)
  return { read, listener }
}
