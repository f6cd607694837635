/** Uses every export of bank-mfa/element as its types allow, and misuses some. It is compiled, never run. */
import { flinks, type AuthorizeParams, type FlinksHost } from 'bank-mfa'
import {
  BankMfaElement,
  type BankMfaActionEvent,
  type BankMfaDoneEvent,
  type BankMfaFailedEvent,
  type BankMfaStepEvent,
  type ElementClock,
  type ElementFlow,
  type StartFlow,
} from 'bank-mfa/element'
import { remote } from 'bank-mfa/remote'
import { fr } from 'bank-mfa/texts'

export function show(params: AuthorizeParams, host: FlinksHost): void {
  const element: BankMfaElement | null = document.querySelector('bank-mfa')
  if (!element) return
  element.texts = { ...fr, labels: { ...fr.labels, send: 'OK' } }
  const start: StartFlow = () => flinks.authorize(params, host)
  element.start = start
  element.start = async () => remote('/mfa').start({ connection: 'c42' })
  element.flow = remote('/mfa').resume('id')
  element.flow = null
  const clock: ElementClock = { now: () => 0 }
  element.clock = clock
  element.addEventListener('bank-mfa-step', ({ detail }) => console.log(detail.step.kind))
  element.addEventListener('bank-mfa-done', ({ detail }: BankMfaDoneEvent) => console.log(detail.result))
  element.addEventListener('bank-mfa-failed', (event: BankMfaFailedEvent) => console.log(event.detail.failure.code))
  element.addEventListener('bank-mfa-action', (event: BankMfaActionEvent) => {
    if (event.detail.next === 'sign-in') event.preventDefault()
  })
  document.body.append(new BankMfaElement())
}

export const kindOf = ({ detail }: BankMfaStepEvent): string => detail.step.kind

/** A flow of your own, such as one that changes the steps of another. */
export function wrap(flow: ElementFlow): ElementFlow {
  return {
    get current() {
      return flow.current
    },
    subscribe: (listener) => flow.subscribe(listener),
    cancel: () => flow.cancel(),
  }
}

export function misuses(element: BankMfaElement): void {
  // @ts-expect-error a flow has steps
  element.flow = {}
  // @ts-expect-error it needs all texts
  element.texts = { locale: 'en' }
  // @ts-expect-error there is no such step
  element.addEventListener('bank-mfa-step', ({ detail }) => detail.step.kind === 'asked')
}
