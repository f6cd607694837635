import type { FlowError } from '../flow/errors.js'
import type { FieldErrorReason, RedirectErrorCode, Stage } from '../wasm/bank_mfa.js'

/** A text for the person at the form. It is plain text, never markup. */
export interface Text {
  /** A few words, without a full stop. */
  readonly title: string
  /** One or two sentences. */
  readonly sentence: string
}

/** What helps after a failure. */
export interface ActionText extends Text {
  /** The label of the one button that helps. Absent if the person cannot do it with a button. */
  readonly button?: string
}

/** A stage of waiting. */
export interface StageText {
  /** What happens now, without a full stop. */
  readonly now: string
  /** What happens next: a sentence. */
  readonly next: string
}

/**
 * All that the person reads, in one language. The names in braces are placeholders, which `fill` replaces. A table can be
 * loaded from JSON, and changed by spreading: `{ ...en, labels: { ...en.labels, send: 'OK' } }`.
 */
export interface Texts {
  /** The language, as a BCP 47 tag for `lang` and for `Intl`, such as `en`. */
  readonly locale: string
  /** What happened, by the code of a failure or a refusal. */
  readonly codes: Readonly<Record<FlowError['code'], Text>>
  /** What helps, by the next action of a failure or a refusal. */
  readonly next: Readonly<Record<FlowError['next'], ActionText>>
  /** The stages of waiting. A `start` that waits until a time waits as `expiry` does: for the end of the old session. */
  readonly stages: Readonly<Record<Stage, StageText>>
  /** Why the answer to a field was not sent, by the reason of a `FieldError`. */
  readonly fieldErrors: Readonly<Record<FieldErrorReason, string>>
  /** Why the bank's window did not help, by the code of a `RedirectError`. */
  readonly windowErrors: Readonly<Record<RedirectErrorCode, string>>
  /** The labels of the form, the buttons and the times. */
  readonly labels: Labels
}

/** The labels of the form, the buttons and the times. */
export interface Labels {
  /** The title of a round of questions. */
  readonly roundTitle: string
  /** The title of a sign-in form. */
  readonly credentialsTitle: string
  /** The bank asks again, because it refused the previous answer. */
  readonly answerRefused: string
  /** The bank asks for the credentials again. */
  readonly credentialsRefused: string
  /** Some fields have errors, which stand beside them. */
  readonly checkFields: string
  readonly send: string
  readonly cancel: string
  /** The first button, while there is no flow. */
  readonly connect: string
  /** The checkbox that shows a hidden answer. */
  readonly showAnswer: string
  /** The first option of a select, which chooses nothing. */
  readonly choose: string
  /** The labels of a field, by its `autocomplete`. */
  readonly 'one-time-code': string
  readonly username: string
  readonly 'current-password': string
  readonly phone: string
  readonly channel: string
  /** The label of a choice among new security questions. */
  readonly question: string
  readonly answer: string
  /** Stands behind the label of a field that may stay empty. */
  readonly optional: string
  /** Above a field that may stay empty, because the bank may wait for an approval on a phone instead. */
  readonly optionalHint: string
  /** The alternative text of a picture: `{number}` and `{count}`. */
  readonly image: string
  /** The title of what a person can do who got no code. */
  readonly noCode: string
  /** What a new session costs. */
  readonly newSessionCost: string
  /** When a new session begins: `{time}` is a duration. */
  readonly newSessionIn: string
  /** It is unknown when a new session begins. */
  readonly newSessionUnknown: string
  readonly newSession: string
  /** The title while the person signs in at the bank's own site. */
  readonly windowTitle: string
  readonly windowHint: string
  readonly openWindow: string
  readonly openWindowAgain: string
  /** The person says that they have finished in the vendor's page. */
  readonly back: string
  /** The titles of the vendor's page: the person answers there, or signs in. */
  readonly pageMfa: string
  readonly pageCredentials: string
  /** The accessible name of the frame with the vendor's page. */
  readonly frame: string
  /** The vendor's page cannot be opened. */
  readonly pageFailed: string
  /** `{time}` is a duration, also in the next three. */
  readonly elapsed: string
  readonly timeLeft: string
  readonly nextCheck: string
  readonly retryIn: string
  /** The title and the sentence of a success. */
  readonly doneTitle: string
  readonly doneSentence: string
}

/** What the developer reads, in one language: one sentence for each code, and one for each next action. */
export interface DeveloperTexts {
  readonly locale: string
  readonly codes: Readonly<Record<FlowError['code'], string>>
  readonly next: Readonly<Record<FlowError['next'], string>>
}
