/**
 * The vendor's own frame within a page: Flinks Connect, or MX's widget. Needs no wasm. Nothing that a frame says
 * is believed here: it goes to the flow, which asks the vendor.
 */
import { readFlinks, type FlinksEvent } from './flinks.js'
import { readMessage, readUrl, type Message, type RefusedReason } from './message.js'
import { readMx, type MxEvent } from './mx.js'
import { invalidInput, type FlowError } from '../flow/errors.js'

export { FlowError } from '../flow/errors.js'
export { land, readLanding, type Landing } from './landing.js'
export type { FlinksEvent, MxEvent, RefusedReason }

/** What is needed of a flow's step: its `connect` step, or the `redirect` step of MX's widget. */
export type Mountable = MountableConnect | MountableWidget

/** What is needed of a `connect` step. */
export interface MountableConnect {
  readonly kind: 'connect'
  readonly signal: AbortSignal
  address(): Promise<string>
  returned(claim: { loginId: string }): void
  tokenRefused(): void
}

/** What is needed of a `redirect` step. */
export interface MountableWidget {
  readonly kind: 'redirect'
  readonly signal?: AbortSignal | undefined
  readonly url: string
}

/** How to mount, and who hears of what. */
export interface MountOptions {
  /** What a screen reader calls the frame; `Your bank` by default. */
  title?: string | undefined
  /** Whether the frame gets the height that it asks for; `true` by default. */
  resize?: boolean | undefined
  /** Hears what the frame said, once it is checked and the flow was told. */
  onEvent?: ((event: FlinksEvent | MxEvent) => void) | undefined
  /** Hears that a message was refused, and nothing of its content. Other frames and extensions send messages, too. */
  onRefused?: ((refused: { readonly reason: RefusedReason }) => void) | undefined
  /** Hears why the frame could not be opened. Without it that is an unhandled rejection. */
  onFailed?: ((error: unknown) => void) | undefined
}

/** A frame that is mounted. */
export interface Mounted {
  /** It is in the page as soon as its address is known. */
  readonly iframe: HTMLIFrameElement
  /** How many messages were refused. */
  readonly refused: number
  /** Takes the frame and the listener away. The flow goes on, and its step can be mounted again. */
  readonly unmount: () => void
}

/**
 * Connect's banks open windows of their own, which must not be sandboxed in turn. Without `allow-same-origin` the
 * frame's origin would be `null`. It cannot navigate the page, and as there is no `allow`, it gets no camera,
 * place or clipboard.
 */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'

/** A step has one frame: its token works once. */
const mounted = new WeakMap<Mountable, () => void>()

/**
 * Shows a step's frame as the last child of `element`, and tells the flow what it says. The frame goes when the
 * flow leaves the step, on `unmount()`, and when the same step is mounted again. Throws a `FlowError` with
 * `INVALID_INPUT` where the widget's address is neither https nor http on the loopback, or of the page's own origin.
 */
export function mount(step: Mountable, element: Element, options: MountOptions = {}): Mounted {
  const page = element.ownerDocument.defaultView
  if (page === null) throw invalidInput('/element', 'must be in a page')
  if (step.kind === 'redirect') readAddress(step.url, page)
  mounted.get(step)?.()

  const iframe = element.ownerDocument.createElement('iframe')
  iframe.title = options.title ?? 'Your bank'
  iframe.setAttribute('sandbox', SANDBOX)
  iframe.referrerPolicy = 'strict-origin'
  // Attributes, so that any style of the page's prevails.
  iframe.width = '100%'
  iframe.height = '640'

  let [refused, gone, origin] = [0, step.signal?.aborted === true, '']
  const judge = judgeOf(step, (event) => {
    const height = event.kind === 'step' && event.step === 'APP_RESIZE' ? event.height : undefined
    if (height !== undefined && options.resize !== false) iframe.height = String(height)
    options.onEvent?.(event)
  })
  const listen = ({ origin: sender, source, data }: MessageEvent) => {
    const reason = sender !== origin ? 'origin' : !isFrame(iframe, source) ? 'source' : judge(data)
    if (reason === undefined) return
    refused += 1
    options.onRefused?.({ reason })
  }
  const unmount = () => {
    gone = true
    if (mounted.get(step) === unmount) mounted.delete(step)
    step.signal?.removeEventListener('abort', unmount)
    page.removeEventListener('message', listen)
    iframe.remove()
  }

  const open = async () => {
    // Never at once, so that a framework which mounts, unmounts and mounts spends no token on it.
    const url = readAddress(await (step.kind === 'redirect' ? step.url : step.address()), page)
    if (gone) return
    origin = url.origin
    iframe.src = url.href
    page.addEventListener('message', listen)
    element.append(iframe)
  }
  if (!gone) {
    mounted.set(step, unmount)
    step.signal?.addEventListener('abort', unmount)
    const opened = open().catch((error: unknown) => {
      // It was unmounted meanwhile: nobody waits for it.
      if (!gone) throw error
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

/** A closed window's message has no source, and a frame outside of the page no window: they are not the same. */
function isFrame(iframe: HTMLIFrameElement, source: MessageEventSource | null): boolean {
  return source !== null && source === iframe.contentWindow
}

/** A frame of the page's own origin could take its sandbox off. */
function readAddress(address: string, page: Window): URL {
  const url = readUrl(address)
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
  const fits = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  if (url === undefined || !fits) throw invalidInput('/address', 'must be an https address')
  if (url.origin === page.location.origin) throw invalidInput('/address', 'must not be of the page’s own origin')
  return url
}

/** Judges what one frame says, in the order in which it says it. */
function judgeOf(step: Mountable, onEvent: NonNullable<MountOptions['onEvent']>) {
  /** Connect says that it is there before it says anything else. */
  let [spoke, over] = [false, false]

  function connect(step: MountableConnect, message: Message): RefusedReason | undefined {
    const read = readFlinks(message)
    if (typeof read === 'string') return read
    const { event, loginId } = read
    if (loginId !== undefined || event.kind === 'token-refused') {
      if (over || (loginId !== undefined && !spoke)) return 'phase'
      const reason = refusing(() => (loginId === undefined ? step.tokenRefused() : step.returned({ loginId })))
      if (reason !== undefined) return reason
      over = true
    }
    spoke = true
    onEvent(event)
    return undefined
  }

  /** The flow looks at the member every three seconds, whatever its widget says. */
  function widget(message: Message): RefusedReason | undefined {
    const read = readMx(message)
    if (typeof read === 'string') return read
    onEvent(read)
    return undefined
  }

  return (data: unknown): RefusedReason | undefined => {
    const message = readMessage(data)
    if (message === undefined) return 'shape'
    return step.kind === 'connect' ? connect(step, message) : widget(message)
  }
}

/** The flow refuses what is malformed, and what comes when it has gone on. */
function refusing(call: () => void): RefusedReason | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    // By its name: where each entry is bundled for itself, there is more than one class of it.
    if (!(error instanceof Error && error.name === 'FlowError')) throw error
    return (error as FlowError).code === 'INVALID_INPUT' ? 'shape' : 'phase'
  }
}
