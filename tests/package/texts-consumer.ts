/** Uses every export of bank-mfa/texts as its types allow, and misuses some. It is compiled, never run. */
import { FlowError, type Step } from 'bank-mfa/remote'
import {
  describe,
  developer,
  en,
  es,
  fill,
  fr,
  type ActionText,
  type Description,
  type DeveloperTexts,
  type Labels,
  type StageText,
  type Text,
  type Texts,
} from 'bank-mfa/texts'

export function show(step: Step, language: 'en' | 'fr' | 'es', own: Texts): string {
  const texts = { en, fr, es }[language]
  if (step.kind === 'working') {
    const { now, next }: StageText = texts.stages[step.stage]
    return `${now}. ${next}`
  }
  if (step.kind !== 'failed') return fill(texts.labels.timeLeft, { time: '2 min' })
  const { title, sentence, action }: Description = describe(step.failure, own)
  const button: string | undefined = action.button
  const hint: DeveloperTexts = developer[language]
  return [title, sentence, button, hint.codes[step.failure.code], hint.next[action.next]].join(' ')
}

export const sign: Text = describe(new FlowError({ code: 'UNAUTHENTICATED', next: 'sign-in', message: '' }))
/** The body of an edge's refusal, as JSON. */
export const refused = describe({ code: 'of-a-later-release', next: 'give-up' })
const labels: Labels = { ...en.labels, send: 'OK' }
const give: ActionText = { title: 'Call us', sentence: 'Call 555 0100.' }
export const own: Texts = { ...en, locale: 'en-CA', labels, next: { ...en.next, 'give-up': give } }

export function misuses(loaded: Texts): unknown[] {
  const { busy, ...incomplete } = en.codes
  // @ts-expect-error a code is missing
  const missing: Texts = { ...en, codes: incomplete }
  // @ts-expect-error there is no such code
  loaded.codes['too-late']
  // @ts-expect-error a stage has two texts
  const stages: Texts['stages'] = { ...en.stages, poll: { now: 'Waiting' } }
  // @ts-expect-error the tables do not change
  loaded.labels.send = 'OK'
  // @ts-expect-error there is no German table
  developer.de
  // @ts-expect-error a number has no code
  describe(7)
  return [busy, missing, stages]
}
