/** The view of an ending: what happened, what to do next, and the facts of the result. */
import { button, el } from './create-element.js'

/** The advice to the host for each next action: a title and a sentence. */
const NEXT_ACTIONS = {
  'retry-later': ['Try again later', 'Start a new flow at the time below, not earlier. Send nothing until then.'],
  'start-over': ['Start over', 'This session is over. Start a new flow when the person is present.'],
  'ask-credentials': [
    'Ask for the credentials again',
    'The person enters username and password again. The package never sends the old ones twice.',
  ],
  reconnect: [
    'Reconnect with the person present',
    'Stored answers do not help. Run a live flow while the person can answer.',
  ],
  'visit-bank': [
    'Send the person to the bank',
    'The person must resolve this on the bank’s website or by phone. Trying again before that does not help.',
  ],
  'fix-integration': [
    'Fix the integration',
    'A key, a token, a setting or the order of calls is wrong. The person cannot change that.',
  ],
  'give-up': ['Stop here', 'Trying again does not help. Contact the vendor’s support with the vendor code.'],
}

/** More specific advice for some codes. */
const CODES = {
  'access-refused': [
    'Send the person to the bank',
    'The bank did not grant access. If every flow ends like this, a key or token is wrong: fix the integration.',
  ],
  'session-refused': [
    'Start over',
    'The session’s token has expired. If a new flow ends in the same way, send the person to the bank.',
  ],
  'login-mismatch': [
    'Stop here',
    'Flinks Connect returned a LoginId that is not this person’s. The flow did not use it. Do not store it.',
  ],
  'too-many-attempts': [
    'Ask for the credentials once more',
    'Another wrong try can lock the login. The person should check the credentials on the bank’s website first.',
  ],
}

const UNITS = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** A result that needs a check shows that check in place of the advice to fetch the data. */
export function doneView(result, { neededCheck, facts }, dataAdvice, restart) {
  const check = neededCheck?.(result)
  const { title, advice } = check ?? { title: 'Connected', advice: ['Fetch the data', dataAdvice] }
  return view(check ? 'done unproven' : 'done', title, advice, facts(result), restart)
}

export function failedView(
  { code, next, otherwise, message, retryAt, vendorCode, status, memberGuid },
  clock,
  restart,
) {
  const facts = [
    ['code', 'Code', code],
    ['next', 'Next action', next],
    ['otherwise', 'If that does not help', otherwise],
    ['retry-at', 'Not before', retryAt && `${dateTime(retryAt)}, ${fromNow(retryAt - clock.now())}`],
    ['vendor-code', 'Vendor code', vendorCode],
    ['status', 'HTTP status', status && String(status)],
    ['member', 'Existing member', memberGuid],
  ]
  const advice = CODES[code] ?? NEXT_ACTIONS[next] ?? [next, '']
  return view('failed', `${message.charAt(0).toUpperCase()}${message.slice(1)}`, advice, facts, restart)
}

function view(ending, title, [head, text], facts, restart) {
  const fact = ([key, name, value]) => el('div', { 'data-fact': key }, el('dt', {}, name), el('dd', {}, value))
  return el(
    'div',
    { class: `outcome ${ending}`, id: 'outcome', 'data-ending': ending.split(' ')[0] },
    el('h3', { tabindex: '-1' }, title),
    el(
      'div',
      { class: 'advice' },
      el('p', { class: 'label' }, 'What to do next'),
      el('p', { class: 'head' }, head),
      el('p', {}, text),
    ),
    el('dl', {}, ...facts.filter(([, , value]) => value).map(fact)),
    el('div', { class: 'actions' }, button('Start again', restart, { id: 'again' })),
  )
}

export function dateTime(ms) {
  return new Date(ms).toLocaleString('en-CA', { dateStyle: 'medium', timeStyle: 'short' })
}

/** `in 15 minutes`, in the largest unit that is full. */
function fromNow(ms) {
  // Rounds up to seconds, so that a whole minute stays a minute if it is shown a moment later.
  const left = Math.ceil(Math.max(0, ms) / 1000) * 1000
  const [unit, length] = UNITS.find(([, length]) => left >= length) ?? UNITS.at(-1)
  return new Intl.RelativeTimeFormat('en').format(Math.round(left / length), unit)
}
