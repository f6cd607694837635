import { createElement, forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react'
import type { ForwardedRef, HTMLAttributes, ReactElement, RefAttributes } from 'react'
import { defineElement } from '../element/define.js'
import type { BankMfaActionEvent, BankMfaDoneEvent, BankMfaFailedEvent, BankMfaStepEvent } from '../element/index.js'
import type { BankMfaElement, ElementClock, ElementFlow } from '../element/index.js'
import type { Step } from '../flow/steps.js'
import type { Texts } from '../texts/index.js'
import type { ObservableFlow } from './use-flow.js'

/** A flow that `BankMfa` can show, with the type of its result. */
export type FlowOf<Result = unknown> = ObservableFlow<Result> & Pick<ElementFlow, 'cancel'>

/** The props of `BankMfa`: the properties of the element, its events, and the attributes of any HTML element. */
export interface BankMfaProps<Result = unknown> extends Omit<HTMLAttributes<HTMLElement>, 'children'> {
  /** The flow to show. Leave it out if only `start` makes flows. */
  flow?: FlowOf<Result> | null | undefined
  /** Starts a flow, at the first button and at the button of a failed flow. It may be a new function at each render. */
  start?: (() => FlowOf<Result> | null | Promise<FlowOf<Result> | null>) | null | undefined
  /** What the person reads. The default is English. */
  texts?: Texts | undefined
  /** The time that durations are measured against, if the flow has a clock of its own. */
  clock?: ElementClock | undefined
  /** A step has been drawn: also the current one, if the element gets a flow that runs. */
  onStep?: ((step: Step<Result>, event: BankMfaStepEvent) => void) | undefined
  /** The flow has succeeded. */
  onDone?: ((result: Result, event: BankMfaDoneEvent) => void) | undefined
  /** The flow has failed. */
  onFailed?: ((failure: BankMfaFailedEvent['detail']['failure'], event: BankMfaFailedEvent) => void) | undefined
  /** The person has pressed the button of a failed flow. Call `event.preventDefault()` to do what `next` says yourself. */
  onAction?: ((action: BankMfaActionEvent['detail'], event: BankMfaActionEvent) => void) | undefined
}

// An element that is not defined has no properties to set.
defineElement()

/** In React 18, a server warns of `useLayoutEffect`. */
const useClientEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect

/**
 * `<bank-mfa>` as a component. It never starts a flow by itself and never cancels one. On a server it is an empty element,
 * which the page fills.
 *
 * @example
 * <BankMfa start={() => remote('/mfa').start({ connection })} onDone={() => setConnected(true)} />
 */
export const BankMfa = forwardRef(BankMfaComponent) as <Result = unknown>(
  props: BankMfaProps<Result> & RefAttributes<BankMfaElement>,
) => ReactElement | null

function BankMfaComponent(
  { flow, start, texts, clock, onStep, onDone, onFailed, onAction, className, ...attributes }: BankMfaProps,
  ref: ForwardedRef<BankMfaElement>,
): ReactElement {
  const element = useRef<BankMfaElement>(null)
  const latest = useRef<Pick<BankMfaProps, 'start' | 'onStep' | 'onDone' | 'onFailed' | 'onAction'>>({})
  useImperativeHandle(ref, () => element.current!, [])

  // In this order: a flow that the element gets below calls the newest `onStep` at once.
  useClientEffect(() => {
    latest.current = { start, onStep, onDone, onFailed, onAction }
  })
  useClientEffect(() => {
    const ended = new AbortController()
    const listen: BankMfaElement['addEventListener'] = (name: string, listener: EventListenerOrEventListenerObject) =>
      element.current!.addEventListener(name, listener, ended)
    listen('bank-mfa-step', (event) => latest.current.onStep?.(event.detail.step, event))
    listen('bank-mfa-done', (event) => latest.current.onDone?.(event.detail.result, event))
    listen('bank-mfa-failed', (event) => latest.current.onFailed?.(event.detail.failure, event))
    listen('bank-mfa-action', (event) => latest.current.onAction?.(event.detail, event))
    return () => ended.abort()
  }, [])
  const hasStart = typeof start === 'function'
  useClientEffect(() => {
    element.current!.start = hasStart ? () => latest.current.start?.() ?? null : null
  }, [hasStart])
  // Undefined leaves the element its own value, such as the flow that `start` made.
  useProperty(element, 'texts', texts)
  useProperty(element, 'clock', clock)
  useProperty(element, 'flow', flow)

  // React 18 sets `class`, and not `className`, on an element with a hyphen.
  return createElement('bank-mfa', { ...attributes, class: className, ref: element })
}

function useProperty<Name extends 'flow' | 'texts' | 'clock'>(
  element: { readonly current: BankMfaElement | null },
  name: Name,
  value: BankMfaElement[Name] | undefined,
): void {
  useClientEffect(() => {
    if (value !== undefined) element.current![name] = value
  }, [element, name, value])
}
