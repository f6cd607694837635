/** How a flow ended, and, in words, what to do next. */
import { button, el } from './dom.js'

/** What each `next` asks of the host. */
const NEXT = {
  'retry-later': ['Come back later', 'Start a new flow at the time below, not before. Send nothing again until then.'],
  'start-over': ['Start over', 'This session is over. A new flow may begin as soon as the person is there.'],
  'ask-credentials': [
    'Ask for the credentials again',
    'The person types username and password anew. The old ones are never sent a second time by themselves.',
  ],
  reconnect: [
    'Reconnect with the person present',
    'A stored answer does not help. Run a live flow while the person can answer.',
  ],
  'visit-bank': [
    'Send the person to the bank',
    'Something has to be settled on the bank’s own site or by telephone. Trying again before that does not help.',
  ],
  'fix-integration': [
    'Mend the integration',
    'A key, a token, a setting or the order of calls is wrong. The person can do nothing about it.',
  ],
  'give-up': [
    'Stop here',
    'Nothing that this package knows of helps. Show the vendor’s code to whoever supports your integration.',
  ],
}

/** Where the code says more than its `next`. */
const CODES = {
  'login-mismatch': [
    'Stop here',
    'The frame claimed a LoginId that is not this person’s. It was not looked up, and must not be stored.',
  ],
}

const UNITS = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** What is not proven comes before what can be fetched. */
export function doneView(result, { doubt, facts, fetchWords }, again) {
  const certain = { title: 'Connected', advice: ['Fetch the data', fetchWords] }
  const doubtful = doubt?.(result)
  const { title, advice } = doubtful ?? certain
  return view(doubtful ? 'done doubtful' : 'done', title, advice, facts(result), again)
}

export function failedView({ code, next, message, retryAt, vendorCode, status }, clock, again) {
  const facts = [
    ['code', 'Code', code],
    ['next', 'Next', next],
    ['retry-at', 'Not before', retryAt && `${when(retryAt)}, ${fromNow(retryAt - clock.now())}`],
    ['vendor-code', 'The vendor’s code', vendorCode],
    ['status', 'HTTP status', status && String(status)],
  ]
  const advice = CODES[code] ?? NEXT[next] ?? [next, '']
  return view('failed', `${message.charAt(0).toUpperCase()}${message.slice(1)}`, advice, facts, again)
}

function view(ending, title, [head, words], facts, again) {
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
      el('p', {}, words),
    ),
    el('dl', {}, ...facts.filter(([, , value]) => value).map(fact)),
    el('div', { class: 'actions' }, button('Start again', again, { id: 'again' })),
  )
}

export function when(ms) {
  return new Date(ms).toLocaleString('en-CA', { dateStyle: 'medium', timeStyle: 'short' })
}

/** In the largest unit that is full: `in 15 minutes`. */
function fromNow(ms) {
  // A minute that is told a moment later is a minute still.
  const left = Math.ceil(Math.max(0, ms) / 1000) * 1000
  const [unit, length] = UNITS.find(([, length]) => left >= length) ?? UNITS.at(-1)
  return new Intl.RelativeTimeFormat('en').format(Math.round(left / length), unit)
}
