/**
 * Takes the messages of a vendor's page in a mobile WebView, where it is the top page and posts to the app. It needs no
 * DOM and no `URL`, so it also runs in React Native and on a server.
 */
import type { VendorEvents } from './events.js'
import { checkArguments, createHandler, type Mountable } from './handler.js'
import { SECURE_URL, entriesOfUrl, matches, type RefusedReason } from './message.js'
import { readMxUrl } from './mx.js'
import { invalidInput } from '../flow/errors.js'

/** The options of `connectWebView`. */
export interface WebViewOptions {
  /** `vendorEvents(listener)`: the listener gets each accepted message, after the flow has received it. */
  onEvent?: VendorEvents | undefined
  /** Called when a message is refused, without its content. */
  onRefused?: ((refused: { readonly reason: RefusedReason }) => void) | undefined
}

/** Connects a flow's step with the vendor's page in a WebView. */
export interface WebViewBridge {
  /**
   * Resolves to the address that the WebView opens. Each call returns the same address. Rejects with the errors of
   * `step.pageUrl()`, and with `INVALID_INPUT` if the address is neither https nor http on the loopback, or if Connect's
   * address lacks `webview=true`.
   */
  url(): Promise<string>
  /**
   * Takes a message of the WebView: text, or an object that the app has decoded. MX's widget navigates to a URL instead:
   * pass that URL. `pageUrl` is the address of the page that the WebView shows, if the app knows it. The message is
   * refused if the origin of `pageUrl` is not that of `url()`, or if `url()` has not resolved yet. Returns whether the
   * message was accepted.
   */
  message(data: unknown, pageUrl?: string): boolean
  /** The number of refused messages. */
  readonly refused: number
  /**
   * Ignores all further messages, as when the flow leaves the step. The flow continues, and its step can be connected
   * again.
   */
  close(): void
}

/**
 * Connects a step with a WebView. Messages get the same checks as in `mount`, except for the source: a native message
 * has none. Throws a `FlowError` with `INVALID_INPUT` if the step is a bank's window.
 *
 * @example
 * const bridge = connectWebView(step)
 * const uri = await bridge.url()
 * // <WebView source={{ uri }} onMessage={({ nativeEvent }) => bridge.message(nativeEvent.data, nativeEvent.url)} />
 */
export function connectWebView(step: Mountable, options: WebViewOptions = {}): WebViewBridge {
  checkArguments(step, options)
  const { onEvent, onRefused } = options
  if (onRefused !== undefined && typeof onRefused !== 'function') {
    throw invalidInput('/options/onRefused', 'must be a function')
  }
  const acceptMessage = createHandler(step, onEvent)
  let [refused, closed, origin] = [0, false, '']
  let opened: Promise<string> | undefined

  async function open(): Promise<string> {
    const url = await step.pageUrl()
    if (!matches(url, SECURE_URL)) throw invalidInput('/url', 'must be an https URL')
    // Without it, Connect posts its messages to a parent page, which a WebView does not have.
    if (step.kind === 'connect' && entriesOfUrl(url)('webview')[0] !== 'true') {
      throw invalidInput('/url', 'must have webview=true: start the flow with webview')
    }
    origin = originOf(url)
    return url
  }

  function reasonFor(data: unknown, pageUrl: string | undefined): RefusedReason | undefined {
    if (origin === '') return 'phase'
    if (pageUrl !== undefined && originOf(pageUrl) !== origin) return 'origin'
    return acceptMessage(step.kind === 'redirect' ? readMxUrl(data) : data)
  }

  return {
    url() {
      opened ??= open().catch((error: unknown) => {
        opened = undefined
        throw error
      })
      return opened
    },
    message(data, pageUrl) {
      // As in `mount`, which stops listening: what comes later is no sign of an attack.
      if (closed || step.signal?.aborted) return false
      const reason = reasonFor(data, pageUrl)
      if (reason === undefined) return true
      refused += 1
      onRefused?.({ reason })
      return false
    },
    close: () => void (closed = true),
    get refused() {
      return refused
    },
  }
}

/** Scheme, host and port, compared as text: what differs in any letter is refused. */
function originOf(url: unknown): string {
  return /^https?:\/\/[^/?#]+/i.exec(String(url))?.[0].toLowerCase() ?? 'null'
}
