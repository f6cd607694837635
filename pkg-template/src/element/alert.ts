/** Why a call failed, for the person. */
import { el, paragraph } from './dom.js'
import { describe } from '../texts/describe.js'
import type { Texts } from '../texts/types.js'

/** Says in an element with the role `alert` why a call failed. An error of the host's own is a technical problem. */
export function explain(alert: HTMLElement, error: unknown, texts: Texts): void {
  const { code = 'host-error', next = 'retry-later' } = Object(error) as { code?: string; next?: string }
  const { title, sentence } = describe({ code, next }, texts)
  alert.replaceChildren(el('strong', 'text', title), paragraph(sentence))
}
