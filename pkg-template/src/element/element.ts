/** `<bank-mfa>`: draws a flow, step by step. */
import { explain } from './alert.js'
import { alertBox, button, el } from './dom.js'
import { CSS } from './style.js'
import type { ElementClock, ElementFlow, View } from './view.js'
import { VIEWS } from './views.js'
import type { FlowError } from '../flow/errors.js'
import type { Step } from '../flow/steps.js'
import { en } from '../texts/en.js'
import type { Texts } from '../texts/types.js'
import type { Failure } from '../wasm/bank_mfa.js'

/** A step has been drawn. */
export type BankMfaStepEvent = CustomEvent<{ readonly step: Step }>
/** The flow has succeeded. */
export type BankMfaDoneEvent = CustomEvent<{ readonly result: unknown }>
/** The flow has failed. */
export type BankMfaFailedEvent = CustomEvent<{ readonly failure: Failure }>
/**
 * The person has pressed the button of a failed flow. The element then calls `start`, unless a listener calls
 * `preventDefault()` and does what `next` says in its own way.
 */
export type BankMfaActionEvent = CustomEvent<{ readonly next: FlowError['next']; readonly failure: Failure }>

declare global {
  interface HTMLElementTagNameMap {
    'bank-mfa': BankMfaElement
  }
  interface HTMLElementEventMap {
    'bank-mfa-step': BankMfaStepEvent
    'bank-mfa-done': BankMfaDoneEvent
    'bank-mfa-failed': BankMfaFailedEvent
    'bank-mfa-action': BankMfaActionEvent
  }
}

/** Starts a flow. Null changes nothing: the app sets `flow` itself, or starts none. An error is an unhandled rejection. */
export type StartFlow = () => ElementFlow | null | Promise<ElementFlow | null>

// A server has no elements and draws nothing.
const Base = (globalThis.HTMLElement ?? Object) as new () => HTMLElement

/**
 * Draws a flow: the bank's questions, the vendor's page in an iframe or in a window, the waiting and the ending. It is
 * defined as `<bank-mfa>` when `bank-mfa/element` is imported.
 *
 * Its parts, for `::part()`: `box`, whose `data-state` is the kind of the step or `idle`; `title`, `text`, `hint`, `alert`,
 * `actions`, `button`, `primary`, `form`, `challenge`, `prompt`, `field`, `label`, `input`, `options`, `option`, `images`,
 * `image`, `error`, `more`, `frame`, `progress`. Its custom properties: `--bank-mfa-accent`, `--bank-mfa-on-accent`,
 * `--bank-mfa-ink`, `--bank-mfa-background`, `--bank-mfa-error`, `--bank-mfa-radius`. The font is that of the page, and it
 * is dark where the `color-scheme` of the page is.
 *
 * @example
 * const element = document.querySelector('bank-mfa')
 * element.start = () => remote('/mfa').start({ connection: 'c42' })
 * element.addEventListener('bank-mfa-done', ({ detail }) => console.log(detail.result))
 */
export class BankMfaElement extends Base {
  readonly #box: HTMLElement
  readonly #status: HTMLElement
  readonly #root: ShadowRoot
  #flow: ElementFlow | null = null
  #start: StartFlow | null = null
  #texts = en
  /** The step that is drawn, or null if there is no flow. Undefined if nothing is drawn. */
  #step: Step | null | undefined
  #view: View | undefined
  #clock: ElementClock = Date
  /** Ends what runs while the element is in the page: the subscription, and the effect of the view. */
  #unsubscribe: (() => void) | undefined
  #end: (() => void) | undefined

  constructor() {
    super()
    this.#box = el('div', 'box')
    // Not a `div`, which is hidden while it is empty: a screen reader hears no change of what was hidden.
    this.#status = el('span', { part: 'status', role: 'status' })
    this.#root = this.attachShadow({ mode: 'open' })
    this.#root.append(this.#box, this.#status)
    // Allowed under every content security policy, as a `style` element is not.
    const sheet = new CSSStyleSheet()
    // jsdom cannot construct a style sheet.
    sheet.replaceSync?.(CSS)
    this.#root.adoptedStyleSheets = [sheet]
  }

  /** The flow that is drawn: a `Flow`, a `RemoteFlow`, or null. Another flow replaces it, without cancelling it. */
  get flow(): ElementFlow | null {
    return this.#flow
  }
  set flow(flow: ElementFlow | null) {
    this.#box.ariaBusy = null
    if (flow === this.#flow) return
    this.#leave()
    this.#flow = flow ?? null
    this.#step = undefined
    this.#enter()
  }

  /**
   * Starts a flow. The button of a failed flow calls it, and a first button while there is no flow. Without it, the app
   * sets `flow`, and handles `bank-mfa-action`.
   */
  get start(): StartFlow | null {
    return this.#start
  }
  set start(start: StartFlow | null) {
    this.#start = start ?? null
    if (this.#step === null) this.#draw()
  }

  /** What the person reads; the default is English, also for a text that is missing. See `bank-mfa/texts`. */
  get texts(): Texts {
    return this.#texts
  }
  set texts(texts: Texts) {
    const complete = withEnglish(texts)
    const isSame = JSON.stringify(complete) === JSON.stringify(this.#texts)
    this.#texts = complete
    if (isSame || !this.#view || this.#view.stays) return
    const controls = () => [...this.#box.querySelectorAll<HTMLInputElement>('input,select')]
    const [typed, focused] = [controls(), this.#root.activeElement as HTMLElement | null]
    this.#draw()
    // What the person has typed stays. A select has texts of its own.
    for (const [index, control] of controls().entries()) {
      const old = typed[index]!
      if (control.localName === 'input') control.replaceWith(old)
      else control.value = old.value
    }
    focused?.focus()
  }

  /** The time that durations are measured against. Set it if the flow has a clock of its own. */
  get clock(): ElementClock {
    return this.#clock
  }
  set clock(clock: ElementClock) {
    this.#clock = clock ?? Date
  }

  /** Moves the focus to the first control, or to the title. */
  override focus(): void {
    const target = this.#view?.focus ?? (this.#box.firstChild as HTMLElement | null)
    target?.focus()
  }

  /** @internal */
  connectedCallback(): void {
    // A framework may have set properties before the element was defined.
    for (const name of ['flow', 'texts', 'start', 'clock'] as const) {
      if (!Object.hasOwn(this, name)) continue
      const value = this[name]
      delete (this as Partial<this>)[name]
      this[name] = value as never
    }
    this.#enter()
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#leave()
  }

  /** @internal `moveBefore` keeps everything, also the vendor's page. */
  connectedMoveCallback(): void {}

  #enter(): void {
    if (!this.isConnected) return
    this.#unsubscribe = this.#flow?.subscribe(this.#sync)
    // After a move, the view is not drawn again: what the person has typed stays.
    if (this.#view && this.#step === this.#current) this.#end = this.#view.effect?.()
    else this.#sync()
  }

  #leave(): void {
    this.#unsubscribe?.()
    this.#end?.()
  }

  get #current(): Step | null {
    return this.#flow?.current ?? null
  }

  /** Draws the current step, unless it is drawn. */
  readonly #sync = (): void => {
    const step = this.#current
    if (step === this.#step) return
    const isUpdate = step !== null && step.kind === this.#step?.kind && this.#view?.update
    this.#step = step
    if (isUpdate) {
      isUpdate(step)
      this.#announce()
    } else this.#draw()
    if (step === null) return
    this.#emit('step', { step })
    if (step.kind === 'done') this.#emit('done', { result: step.result })
    if (step.kind === 'failed') this.#emit('failed', { failure: step.failure })
  }

  #draw(): void {
    this.#end?.()
    const hadFocus = this.#root.activeElement !== null
    const step = this.#step
    const context = {
      flow: this.#flow!,
      texts: this.#texts,
      clock: this.#clock,
      act: (failure: Failure, next: FlowError['next']) => {
        if (this.#emit('action', { next, failure })) void this.#begin()
      },
    }
    // Without a flow, there is a button that starts the first one.
    this.#view = step
      ? (VIEWS[step.kind] ?? VIEWS.working)(step as never, context)
      : { nodes: this.#start ? [button(this.#texts.labels.connect, () => void this.#begin(), 'primary')] : [] }
    this.#box.dataset.state = step?.kind ?? 'idle'
    this.#box.lang = this.#texts.locale
    this.#box.replaceChildren(...this.#view.nodes)
    this.#end = this.#view.effect?.()
    // The focus says what changed. It is taken from nobody who is elsewhere in the page.
    if (hadFocus) this.focus()
    this.#announce(hadFocus)
  }

  /** Has a screen reader say the title, unless it has just said it or the focus says it. */
  #announce(hasFocus?: boolean): void {
    const title = (!hasFocus && this.#box.firstChild?.textContent) || ''
    if (this.#status.textContent !== title) this.#status.textContent = title
  }

  async #begin(): Promise<void> {
    if (this.#box.ariaBusy || !this.#start) return
    this.#box.ariaBusy = 'true'
    const problem = alertBox()
    this.#box.querySelector('[role=alert]')?.remove()
    this.#box.append(problem)
    try {
      // The app may have set a flow meanwhile.
      this.flow = (await this.#start()) || this.#flow
    } catch (error) {
      explain(problem, error, this.#texts)
      this.#box.ariaBusy = null
      // An unhandled rejection, so that the developer hears of it, too.
      throw error
    }
  }

  /** Returns whether the element does what follows. */
  #emit(name: string, detail: object): boolean {
    const init = { detail, bubbles: true, composed: true, cancelable: true }
    return this.dispatchEvent(new CustomEvent(`bank-mfa-${name}`, init))
  }
}

/** The texts, with English for a table or an entry that is missing: JSON of an older version has fewer of them. */
function withEnglish(texts: Texts | null): Texts {
  const complete: Record<string, unknown> = { ...en, ...texts }
  for (const [name, english] of Object.entries(en)) {
    if (name !== 'locale') complete[name] = { ...(english as object), ...(complete[name] as object) }
  }
  return complete as unknown as Texts
}
