/** What a view of a step is, and what it gets. */
import { button, el, type Child } from './dom.js'
import type { Failure } from '../wasm/bank_mfa.js'
import type { FlowError } from '../flow/errors.js'
import type { Step } from '../flow/steps.js'
import type { Texts } from '../texts/types.js'

/** The part of a flow that the element uses: a `Flow`, a `RemoteFlow`, or an object of your own. */
export interface ElementFlow {
  /** The same object until the step changes. */
  readonly current: Step
  subscribe(listener: () => void): () => void
  cancel(): void
}

/** The time, in milliseconds since 1970. */
export interface ElementClock {
  now(): number
}

/** Runs while the view is in the page. Returns its end. */
export type Effect = () => () => void

export interface View {
  /** The content, whose first heading is the title. */
  readonly nodes: readonly Node[]
  readonly effect?: Effect
  /** What gets the focus if the previous view had it. The default is the title. */
  readonly focus?: HTMLElement | null
  /** Shows the next step of the same kind. Without it, that step gets a view of its own. */
  readonly update?: (step: Step) => void
  /** Whether the view stays as it is if the texts change, because drawing it again would lose the vendor's page. */
  readonly stays?: boolean
}

export interface Context {
  readonly texts: Texts
  readonly clock: ElementClock
  readonly flow: ElementFlow
  /** The one button of an ending. */
  act(failure: Failure, next: FlowError['next']): void
}

export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

/** The buttons of a view that a person can leave. */
export function actions({ texts, flow }: Context, ...buttons: Child[]): HTMLElement {
  return el(
    'div',
    'actions',
    ...buttons,
    button(texts.labels.cancel, () => flow.cancel()),
  )
}
