/** What only a tester needs, below the person's view: moving the clocks, and answers that no form offers. */
import { advanceClocks, clock, vendors } from './context.js'
import { button, el } from './create-element.js'

/** Flinks ends a session after eight minutes without activity. */
const SESSION_LIMIT_MS = 8 * 60_000
/** The longest pause between two requests that ask MX whether a round is still open. */
const MAX_WATCH_PAUSE_MS = 11_000
/** A flow of 30 minutes ends after six of these. */
const LONG_SKIP_MS = 5 * 60_000
/** While the person is on the bank's website, the flow polls at least this often. */
const MAX_OAUTH_POLL_MS = 3_000

/** The tools of each kind of step. */
const TOOLS = {
  working({ until }) {
    if (!until) return []
    return [
      skipButton('Skip the wait', () => until - clock.now(), 'skip-wait'),
      skipButton('Skip five minutes', () => LONG_SKIP_MS, 'skip-five-minutes'),
    ]
  },
  challenge(step, { vendor, runtime }) {
    const { watchesRounds, rawAnswerField } = vendors[vendor]
    const kinds = step.round.challenges.map(({ kind }) => kind)
    const isWatched = watchesRounds && !kinds.includes('credentials')
    return [
      skipButton('Skip eight minutes', () => SESSION_LIMIT_MS, 'skip-to-expiry'),
      isWatched && skipButton('Skip to the next look', () => MAX_WATCH_PAUSE_MS, 'skip-to-watch'),
      // The new tab gets a copy of this tab's session storage.
      runtime === 'edge' && button('Open in a second tab', () => open(location.href), { id: 'second-tab' }),
      rawAnswerField && kinds.includes('unknown') && rawAnswerForm(step, rawAnswerField),
    ]
  },
  redirect: (step) => [
    skipButton('Poll now', () => MAX_OAUTH_POLL_MS, 'skip-wait'),
    step.purpose === 'oauth' && landingForm(step),
  ],
  connect: ({ until }) => [skipButton('Skip 30 minutes', () => until - clock.now(), 'skip-to-expiry')],
  done: (_, __, restart) => [againButton(restart)],
  failed: ({ failure: { retryAt } }, _, restart) => [
    againButton(restart),
    retryAt && skipButton('Skip until a retry is allowed', () => retryAt - clock.now(), 'skip-to-retry'),
  ],
}

/** @param {() => void} restart starts the same flow again */
export function drawTools(place, step, choices, restart) {
  place.replaceChildren(...TOOLS[step.kind](step, choices, restart).filter(Boolean))
}

const againButton = (restart) => button('Run it again', restart, { id: 'again' })

const skipButton = (label, ms, id) => button(label, () => advanceClocks(ms()), { id })

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
  return el('details', { class: 'more' }, el('summary', {}, 'Enter the final address'), form)
}

/** Answers a challenge of unknown type with JSON that the vendor gets unchanged. */
function rawAnswerForm(step, rawAnswerField) {
  const draft = Object.fromEntries(step.round.challenges.map(({ prompt }) => [prompt, ['']]))
  const area = el('textarea', { id: 'raw', rows: '6', spellcheck: 'false' })
  area.value = JSON.stringify(draft, null, 2)
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const send = button('Send this JSON', async () => {
    problem.hidden = true
    try {
      await step.answerRaw(JSON.parse(area.value))
    } catch (error) {
      problem.textContent = error.message
      problem.hidden = false
    }
  })
  return el(
    'details',
    { class: 'more' },
    el('summary', {}, 'Answer with JSON'),
    el('label', { for: 'raw' }, rawAnswerField),
    area,
    problem,
    el('div', { class: 'actions' }, send),
  )
}
