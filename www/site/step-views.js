/** One view for each kind of step. */
import { countDown } from './clock.js'
import { frameView, leaveView, widgetView } from './connect-view.js'
import { advanceClocks, clock, messageLog, runtimes, session, vendors } from './context.js'
import { button, el } from './create-element.js'
import { doneView, failedView } from './outcome-view.js'
import { roundForm } from './round-form.js'
import { TRANSLATIONS } from './translations.js'

/** Flinks ends a session after eight minutes without activity. */
const SESSION_LIMIT_MS = 8 * 60_000
/** The longest pause between two requests that ask MX whether a round is still open. */
const MAX_WATCH_PAUSE_MS = 11_000
/** A flow of 30 minutes ends after six of these. */
const LONG_SKIP_MS = 5 * 60_000
/** While the person is on the bank's website, the flow polls at least this often. */
const MAX_OAUTH_POLL_MS = 3_000

/**
 * Each view is called with the step, the flow, the setup's choices, and a function that starts the same flow again.
 * `status` is for screen readers. `testerButtons` move the clocks; a real page does not have them.
 * @type {Record<string, (...args: any[]) => { view: Element, status: string, lang?: string, testerButtons?: Element[] }>}
 */
export const STEP_VIEWS = {
  working({ stage, until }, flow, { language }) {
    const texts = TRANSLATIONS[language]
    // A start waits only if it opens a new session.
    const status = `${texts.stages[stage === 'start' && until ? 'expiry' : stage]}…`
    const view = el(
      'div',
      { class: 'working', 'data-stage': stage, lang: language },
      el('div', { class: 'spinner', 'aria-hidden': 'true' }),
      el('p', {}, status),
      until ? timer(until, texts.next) : null,
      el('div', { class: 'actions' }, cancelButton(flow, texts)),
    )
    if (!until) return { view, status, lang: language }
    const testerButtons = [
      skipButton('Skip the wait', () => until - clock.now(), 'skip-wait'),
      skipButton('Skip five minutes', () => LONG_SKIP_MS, 'skip-five-minutes'),
    ]
    return { view, status, lang: language, testerButtons }
  },

  challenge(step, flow, { vendor, runtime, language }) {
    const texts = TRANSLATIONS[language]
    const { round } = step
    const view = roundForm(round, language, step, vendors[vendor].rawAnswerField)
    view.querySelector('.actions').append(cancelButton(flow, texts))
    if (round.expires) view.append(timer(round.expires.at, texts.expires))
    const asksCredentials = round.challenges.some(({ kind }) => kind === 'credentials')
    const isWatched = vendors[vendor].watchesRounds && !asksCredentials
    if (isWatched) view.append(el('p', { class: 'hint', id: 'elsewhere' }, texts.elsewhere))
    const asksCode = round.challenges.some(({ fields }) => fields.some(({ autocomplete }) => autocomplete))
    if (round.newSession && asksCode) view.append(newSessionView(step, texts.newSession))
    const testerButtons = [skipButton('Skip eight minutes', () => SESSION_LIMIT_MS, 'skip-to-expiry')]
    if (isWatched) testerButtons.push(skipButton('Skip to the next look', () => MAX_WATCH_PAUSE_MS, 'skip-to-watch'))
    if (runtime === 'edge') {
      // The new tab gets a copy of this tab's session storage.
      testerButtons.push(button('Open in a second tab', () => open(location.href), { id: 'second-tab' }))
    }
    return { view, status: round.refused ? texts.refused : texts.title, lang: language, testerButtons }
  },

  redirect(step, flow, { vendor, language }) {
    const texts = TRANSLATIONS[language]
    const testerButtons = [skipButton('Poll now', () => MAX_OAUTH_POLL_MS, 'skip-wait')]
    if (step.purpose === 'widget') {
      const view = el(
        'div',
        { class: 'connect', lang: language },
        el('h3', {}, texts.widget.title),
        widgetView(step, texts, messageLog, (url) => vendors[vendor].widgetUrl(url, session)),
        el('div', { class: 'actions' }, cancelButton(flow, texts)),
      )
      return { view, status: texts.widget.title, lang: language, testerButtons }
    }
    const href = vendors[vendor].oauthUrl(step.url, session)
    const link = { id: 'oauth-link', class: 'button primary', href, target: '_blank', rel: 'noopener' }
    const { error } = step
    const why = error && (texts.window.errors[error.code] ?? texts.window.errors.unknown)
    const view = el(
      'div',
      { class: 'notice', lang: language },
      el('h3', {}, texts.window.title),
      error ? el('p', { id: 'window-error', class: 'refused', role: 'alert', 'data-code': error.code }, why) : null,
      el('p', {}, texts.window.text),
      el(
        'div',
        { class: 'actions' },
        el('a', link, error ? texts.window.again : texts.window.open),
        cancelButton(flow, texts),
      ),
      landingForm(step),
    )
    return { view, status: why ?? texts.window.title, lang: language, testerButtons }
  },

  connect(step, flow, { presentation, language }) {
    const texts = TRANSLATIONS[language]
    const title = texts.connect[step.purpose]
    const view = el(
      'div',
      { class: 'connect', lang: language },
      el('h3', {}, title),
      presentation === 'page' ? leaveView(step, texts.connect) : frameView(step, texts.connect, messageLog),
      el('div', { class: 'actions' }, cancelButton(flow, texts)),
    )
    const testerButtons = [skipButton('Skip 30 minutes', () => step.until - clock.now(), 'skip-to-expiry')]
    return { view, status: title, lang: language, testerButtons }
  },

  done({ result }, flow, { vendor, runtime }, restart) {
    const dataAdvice = runtimes[runtime].dataAdvice(vendors[vendor])
    return { view: doneView(result, vendors[vendor], dataAdvice, restart), status: 'Connected.' }
  },

  failed({ failure }, flow, choices, restart) {
    return { view: failedView(failure, clock, restart), status: `The flow failed with code ${failure.code}.` }
  },
}

/** What a new session costs, and the button that starts it. */
function newSessionView(step, texts) {
  const { at } = step.round.newSession
  const start = button(
    texts.start,
    () => {
      start.disabled = true
      step.startNewSession().catch(() => (start.disabled = false))
    },
    { id: 'new-session' },
  )
  return el(
    'details',
    { class: 'more', id: 'no-code' },
    el('summary', {}, texts.title),
    el('p', {}, texts.cost),
    at === null ? el('p', {}, texts.unknown) : timer(at, texts.begins),
    el('div', { class: 'actions' }, start),
  )
}

function timer(until, format) {
  const element = el('p', { class: 'timer', role: 'timer' })
  countDown(element, clock, until, format)
  return element
}

function cancelButton(flow, texts) {
  return button(texts.cancel, () => flow.cancel(), { id: 'cancel' })
}

function skipButton(label, ms, id) {
  return button(label, () => advanceClocks(ms()), { id })
}

/** A real OAuth window returns to the host's page, whose address names the member. Here the tester enters that address. */
function landingForm(step) {
  const address = el('input', { id: 'landing', type: 'url', required: true, autocomplete: 'off' })
  const form = el(
    'form',
    { class: 'field' },
    el('label', { for: 'landing' }, 'Final address of the bank’s window'),
    address,
    el('div', { class: 'actions' }, el('button', { type: 'submit' }, 'Pass it to the flow')),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    step.returned(address.value)
  })
  return el('details', { class: 'more', lang: 'en' }, el('summary', {}, 'Enter the final address'), form)
}
