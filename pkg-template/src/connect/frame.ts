/** The iframe of a vendor's page, with its sandbox and the checks of its address and of the senders of messages. */
import type { VendorEvents } from './events.js'
import { createHandler, type Mountable } from './handler.js'
import { SECURE_URL, readUrl, type RefusedReason } from './message.js'

/** The options of `mount`. */
export interface MountOptions {
  /** The iframe's title for screen readers; the default is `Your bank`. */
  title?: string | undefined
  /** Whether the iframe gets the height that it requests; the default is `true`. */
  resize?: boolean | undefined
  /** `vendorEvents(listener)`: the listener gets each accepted message, after the flow has received it. */
  onEvent?: VendorEvents | undefined
  /**
   * Called when a message is refused, without its content. Other iframes and browser extensions send messages to
   * the page, too.
   */
  onRefused?: ((refused: { readonly reason: RefusedReason }) => void) | undefined
  /** Called if the iframe cannot be opened. Without it, the error is an unhandled rejection. */
  onFailed?: ((error: unknown) => void) | undefined
}

/** A mounted iframe. */
export interface MountedFrame {
  /** The iframe. It is added to the page when its URL is known. */
  readonly iframe: HTMLIFrameElement
  /** The number of refused messages. */
  readonly refused: number
  /** Removes the iframe and its listener. The flow continues, and its step can be mounted again. */
  readonly unmount: () => void
}

/**
 * Banks open their own windows from Connect, and those must not be sandboxed. Without `allow-same-origin`, the
 * iframe's origin would be `null`. It cannot navigate the page. It has no `allow`, so it gets no camera, location or
 * clipboard.
 */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'

/** The `unmount` of each mounted step. A step has at most one iframe, because its token or its URL works once. */
const mounted = new WeakMap<Mountable, () => void>()

/** `mount` with this error for an address that must not be opened. */
export function openFrame(
  step: Mountable,
  element: Element,
  { title = 'Your bank', resize, onEvent, onRefused, onFailed }: MountOptions,
  createError: (path: string, message: string) => Error,
): MountedFrame {
  const { ownerDocument } = element
  const page = ownerDocument.defaultView!
  const { signal } = step
  mounted.get(step)?.()

  const iframe = ownerDocument.createElement('iframe')
  iframe.setAttribute('sandbox', SANDBOX)
  // Width and height are attributes, so that any CSS of the page overrides them.
  Object.assign(iframe, { title, referrerPolicy: 'strict-origin', width: '100%', height: 640 })

  let [refused, unmounted, origin] = [0, signal?.aborted, '']
  const acceptMessage = createHandler(step, onEvent, ({ height }) => {
    if (height && resize !== false) iframe.height = `${height}`
  })
  const listen = ({ origin: sender, source, data }: MessageEvent) => {
    // `source` is null for a closed window, and `contentWindow` for a removed iframe.
    const isFrame = source && source === iframe.contentWindow
    const reason = sender !== origin ? 'origin' : isFrame ? acceptMessage(data) : 'source'
    if (!reason) return
    refused += 1
    onRefused?.({ reason })
  }
  const unmount = () => {
    unmounted = true
    signal?.removeEventListener('abort', unmount)
    page.removeEventListener('message', listen)
    iframe.remove()
  }

  const open = async () => {
    // A framework may mount, unmount and mount again, which must not use a token or a URL.
    await null
    if (unmounted) return
    const url = readUrl(await step.pageUrl())
    if (unmounted) return
    if (!url || !SECURE_URL.test(url.href)) throw createError('/url', 'must be an https URL')
    // An iframe of the page's own origin could remove its own sandbox.
    if (url.origin === page.location.origin) throw createError('/url', 'must not have the origin of the page')
    origin = url.origin
    iframe.src = url.href
    page.addEventListener('message', listen)
    element.append(iframe)
  }
  if (!unmounted) {
    mounted.set(step, unmount)
    signal?.addEventListener('abort', unmount)
    const opened = open().catch((error: unknown) => {
      // After `unmount`, the error is ignored.
      if (!unmounted) throw error
    })
    if (onFailed) opened.catch(onFailed)
  }
  return {
    iframe,
    unmount,
    get refused() {
      return refused
    },
  }
}
