import type { FlowError } from '../flow/errors.js'
import { en } from './en.js'
import type { ActionText, Text, Texts } from './types.js'

/** What the person reads of a failure. */
export interface Description extends Text {
  /** What happened, and then what helps. */
  readonly sentence: string
  /** The one action that helps. */
  readonly action: ActionText & { readonly next: FlowError['next'] }
}

/**
 * Describes a failure or a refusal to the person: a `Failure`, a `FlowError` or the body of an edge's refusal. A code that
 * the table does not have, of a later release, is described by its next action alone.
 *
 * @example
 * const { title, sentence, action } = describe(step.failure, fr)
 */
export function describe(failure: { readonly code: string; readonly next: string }, texts: Texts = en): Description {
  const next = own(texts.next, failure.next) ? failure.next : 'give-up'
  const action = { next, ...texts.next[next] }
  if (!own(texts.codes, failure.code)) return { title: action.title, sentence: action.sentence, action }
  const { title, sentence } = texts.codes[failure.code]
  return { title, sentence: `${sentence} ${action.sentence}`, action }
}

/** Replaces the placeholders of a text: `fill('Picture {number} of {count}', { number: 1, count: 9 })`. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
}

function own<Table extends object>(table: Table, key: PropertyKey): key is keyof Table {
  return Object.hasOwn(table, key)
}
