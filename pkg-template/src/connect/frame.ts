/** The iframe of a vendor's page, with its sandbox and the checks of its address and of the senders of messages. */
import type { FlinksEvent } from './flinks.js'
import type { HandleMessage, Mountable } from './handler.js'
import { SECURE_URL, readUrl, type RefusedReason } from './message.js'
import type { MxEvent } from './mx.js'

/** The options of `mount`. */
export interface MountOptions {
  /** The iframe's title for screen readers; the default is `Your bank`. */
  title?: string | undefined
  /** Whether the iframe gets the height that it requests; the default is `true`. */
  resize?: boolean | undefined
  /** Called with each accepted message, after the flow has received it. */
  onEvent?: ((event: FlinksEvent | MxEvent) => void) | undefined
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

/** What becomes of the iframe's messages, and of an address that must not be opened. */
export interface FrameParts {
  createHandler(step: Mountable, onEvent: (event: FlinksEvent | MxEvent) => void): HandleMessage
  createError(path: string, message: string): Error
}

/** `mount` with these parts, so that a page ships only what it needs. */
export function openFrame(
  step: Mountable,
  element: Element,
  options: MountOptions,
  { createHandler, createError }: FrameParts,
): MountedFrame {
  const page = element.ownerDocument.defaultView!
  mounted.get(step)?.()

  const iframe = element.ownerDocument.createElement('iframe')
  iframe.title = options.title ?? 'Your bank'
  iframe.setAttribute('sandbox', SANDBOX)
  iframe.referrerPolicy = 'strict-origin'
  // Attributes, so that any CSS of the page overrides them.
  iframe.width = '100%'
  iframe.height = '640'

  let [refused, unmounted, origin] = [0, step.signal?.aborted === true, '']
  const acceptMessage = createHandler(step, (event) => {
    const height = event.kind === 'step' && event.step === 'APP_RESIZE' ? event.height : undefined
    if (height !== undefined && options.resize !== false) iframe.height = String(height)
    options.onEvent?.(event)
  })
  const listen = ({ origin: sender, source, data }: MessageEvent) => {
    const reason = sender !== origin ? 'origin' : !isFrame(iframe, source) ? 'source' : acceptMessage(data)
    if (reason === undefined) return
    refused += 1
    options.onRefused?.({ reason })
  }
  const unmount = () => {
    unmounted = true
    if (mounted.get(step) === unmount) mounted.delete(step)
    step.signal?.removeEventListener('abort', unmount)
    page.removeEventListener('message', listen)
    iframe.remove()
  }

  const open = async () => {
    // A framework may mount, unmount and mount again, which must not use a token or a URL.
    await Promise.resolve()
    if (unmounted) return
    const url = checkUrl(await step.pageUrl(), page, createError)
    if (unmounted) return
    origin = url.origin
    iframe.src = url.href
    page.addEventListener('message', listen)
    element.append(iframe)
  }
  if (!unmounted) {
    mounted.set(step, unmount)
    step.signal?.addEventListener('abort', unmount)
    const opened = open().catch((error: unknown) => {
      // After `unmount`, the error is ignored.
      if (!unmounted) throw error
    })
    if (options.onFailed) opened.catch(options.onFailed)
  }
  return {
    iframe,
    unmount,
    get refused() {
      return refused
    },
  }
}

/** Checks for null, because `source` is null for a closed window, and `contentWindow` for a removed iframe. */
function isFrame(iframe: HTMLIFrameElement, source: MessageEventSource | null): boolean {
  return source !== null && source === iframe.contentWindow
}

/** An iframe of the page's own origin could remove its own sandbox. */
function checkUrl(text: string, page: Window, createError: FrameParts['createError']): URL {
  const url = readUrl(text)
  if (url === undefined || !SECURE_URL.test(url.href)) throw createError('/url', 'must be an https URL')
  if (url.origin === page.location.origin) throw createError('/url', 'must not have the origin of the page')
  return url
}
