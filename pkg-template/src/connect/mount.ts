/**
 * Shows Flinks Connect or MX's widget in an iframe. Its messages are untrusted: `mount` passes them to the flow,
 * which verifies them with the vendor.
 */
import { openFrame, type MountedFrame, type MountOptions } from './frame.js'
import { checkArguments, type Mountable } from './handler.js'
import { invalidInput } from '../flow/errors.js'

/**
 * Shows a step's page in an iframe, as the last child of `element`, and reports its messages to the flow. The iframe is
 * removed when the flow leaves the step, on `unmount()`, and when the same step is mounted again. Throws a `FlowError`
 * with `INVALID_INPUT` if the step is a bank's window. The URL is known only later, so `onFailed` receives its errors:
 * those of `pageUrl`, and `INVALID_INPUT` if it is neither https nor http on the loopback, or has the page's own origin.
 *
 * @example
 * for await (const step of flow) if (step.kind === 'connect') mount(step, element, { onFailed: showError })
 */
export function mount(step: Mountable, element: Element | null, options: MountOptions = {}): MountedFrame {
  if (!element?.ownerDocument?.defaultView) {
    throw invalidInput('/element', 'must be an element of the page; querySelector may have found none')
  }
  checkArguments(step, options)
  return openFrame(step, element, options, invalidInput)
}
