/**
 * The demo: a flow from its first step to its last, with the form that the person sees, the wire
 * beside it, and the state it is in. The package does the work; this page only shows it.
 */
import { flinks, restore } from './package.js'
import { countDown, createClock, minutes } from './clock.js'
import { createDiagram } from './diagram.js'
import { button, el } from './dom.js'
import { focusForm, roundForm } from './form.js'
import { doneView, failedView } from './outcome.js'
import { choose, crib, drawChoices, faultChosen } from './people.js'
import { openSession } from './session.js'
import { createWire } from './wire.js'
import { WORDS } from './words.js'

/** The bank stops waiting after eight minutes without activity. */
const EIGHT_MINUTES = 8 * 60_000
/** Six of these, and the flow has asked for as long as the vendor says it may take. */
const FIVE_MINUTES = 5 * 60_000

/** Every element of the page that bears an id. */
const page = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]))

for (const kind of ['error', 'unhandledrejection']) {
  addEventListener(kind, ({ error, reason }) => {
    page.problem.hidden = false
    page.problem.textContent = `The demo itself went wrong: ${(error ?? reason)?.message ?? 'no reason was given'}`
  })
}

const diagram = createDiagram(page.diagram, page['state-text'])
const session = await openSession()
const clock = createClock(session.state.ahead)
const wire = createWire(page.wire, session.baseUrl)
const people = await session.people()
let faulted = false

drawChoices({ people: page.people, fault: page.fault, on: page['fault-on'] }, people)
page.setup.addEventListener('change', describe)
page.setup.addEventListener('submit', (event) => {
  event.preventDefault()
  start()
})
page.route.textContent = `From ${location.host} to ${new URL(session.baseUrl).host}`
rest()
describe()
if (session.state.flow) offerRestore(session.state.flow)
document.body.dataset.ready = ''

/** What is chosen in the setup form, as plain values. */
function choices() {
  const form = new FormData(page.setup)
  return {
    username: form.get('person'),
    mode: form.get('mode'),
    language: form.get('language'),
    forbid: form.has('forbid'),
    authorizeAsync: form.has('async'),
    fault: faultChosen(form.get('fault'), form.get('on')),
  }
}

function describe() {
  page.crib.replaceChildren(...crib(named(choices().username)))
}

function named(username) {
  return people.find((person) => person.username === username)
}

/** What the flow is given to work with. */
function host(chosen) {
  const { baseUrl, instance, customerId } = session
  const authorizeToken = (asked) => session.authorizeToken(asked, wire.fetch)
  return {
    instance,
    customerId,
    baseUrl,
    authorizeToken,
    authorizeAsync: chosen.authorizeAsync,
    fetch: wire.fetch,
    clock,
    // Before each send, so that a page which is reloaded in the middle does not submit anything twice …
    store: (snapshot) => session.keepFlow({ snapshot, chosen }),
  }
}

function params({ username, mode, language }) {
  const { password, loginId } = named(username)
  if (mode === 'credentials') return { username, password, institution: 'FlinksCapital', language }
  return { loginId, mostRecentCached: mode === 'cached', language }
}

function start() {
  const chosen = choices()
  wire.clear()
  rest()
  page.person.focus()
  return run(chosen, async () => {
    // A fault that found no call to strike must not lie in wait for this flow.
    await session.control({
      reset: faulted,
      cors: !chosen.forbid,
      rules: { authorizeAsync: chosen.authorizeAsync },
      fault: chosen.fault,
    })
    faulted = chosen.fault !== null
    return flinks.authorize(params(chosen), host(chosen))
  })
}

/** One flow at a time, from its beginning to its ending. */
async function run(chosen, begin) {
  page['setup-fields'].disabled = true
  try {
    const flow = await begin()
    for await (const step of flow) {
      const ended = step.kind === 'done' || step.kind === 'failed'
      // … and at each step, so that it finds the challenge that came in between.
      session.keepFlow(ended ? null : { snapshot: flow.snapshot(), chosen })
      show(stateOf(step), VIEWS[step.kind](step, flow, chosen))
      if (step.kind === 'challenge') focusForm(document.getElementById('round'))
      if (ended) page.stage.querySelector('h3').focus()
      // What had the focus may be gone with the view before.
      if (document.activeElement === document.body) page.person.focus()
    }
  } finally {
    page['setup-fields'].disabled = false
  }
}

/** The state of the flow that a step belongs to. */
function stateOf({ kind, until }) {
  return { working: until ? 'waiting' : 'sending', challenge: 'asking', done: 'done', failed: 'failed' }[kind]
}

/** `hurry`: buttons for whoever tries the page, which a person at a real page has not. */
function show(state, { view, says, lang = 'en', hurry = [] }) {
  document.body.dataset.state = state
  diagram.show(state)
  page.stage.replaceChildren(view)
  page.hurry.replaceChildren(...hurry)
  page.status.lang = lang
  page.status.textContent = says
}

const VIEWS = {
  working({ stage, until }, flow, { language }) {
    const words = WORDS[language]
    const says = `${words.stages[stage]}…`
    const left = el('p', { class: 'timer', role: 'timer' })
    const view = el(
      'div',
      { class: 'working', 'data-stage': stage, lang: language },
      el('div', { class: 'pulse', 'aria-hidden': 'true' }),
      el('p', {}, says),
      until ? left : null,
      el('div', { class: 'actions' }, cancelButton(flow, words)),
    )
    if (!until) return { view, says, lang: language }
    countDown(left, clock, until, (ms) => {
      left.textContent = words.next(minutes(ms))
    })
    const hurry = [
      button('Skip the wait', () => skip(until - clock.now()), { id: 'skip' }),
      button('Let five minutes pass', () => skip(FIVE_MINUTES), { id: 'skip-long' }),
    ]
    return { view, says, lang: language, hurry }
  },

  challenge(step, flow, { language }) {
    const words = WORDS[language]
    const { round } = step
    const view = roundForm(round, language, step)
    view.querySelector('.actions').append(cancelButton(flow, words))
    if (round.expires) {
      const left = el('p', { class: 'timer', role: 'timer' })
      view.append(left)
      countDown(left, clock, round.expires.at, (ms) => {
        left.textContent = words.expires(minutes(ms))
      })
    }
    const hurry = [button('Let eight minutes pass', () => skip(EIGHT_MINUTES), { id: 'expire' })]
    return { view, says: round.refused ? words.refused : words.title, lang: language, hurry }
  },

  done: ({ result }) => ({ view: doneView(result, start), says: 'Connected.' }),

  failed: ({ failure }) => ({ view: failedView(failure, clock, start), says: `Ended with ${failure.code}.` }),
}

function cancelButton(flow, words) {
  return button(words.cancel, () => flow.cancel(), { id: 'cancel' })
}

/** Sets both clocks forward, the vendor's first: it must not be behind when the flow asks. */
async function skip(ms) {
  if (ms <= 0) return
  await session.advance(ms)
  clock.advance(ms)
}

function rest() {
  const words =
    'Choose a person and start: the bank’s questions appear here, as a form of your own page would show them.'
  show('new', { view: el('div', { class: 'rest' }, el('p', {}, words)), says: '' })
}

/** A flow at rest is a value: the one that a reload interrupted can go on where it stood. */
function offerRestore({ snapshot, chosen }) {
  choose(chosen.username)
  describe()
  const title = 'A flow was under way when this page was left'
  const takeUp = () => run(chosen, () => restore(snapshot, host(chosen)))
  const forget = () => {
    session.keepFlow(null)
    rest()
  }
  const view = el(
    'div',
    { class: 'rest' },
    el('h3', {}, title),
    el('p', {}, 'Its snapshot was kept, without answers, credentials or tokens in it.'),
    el(
      'div',
      { class: 'actions' },
      button('Take it up', takeUp, { id: 'restore', class: 'primary' }),
      button('Forget it', forget, { id: 'forget' }),
    ),
  )
  show('new', { view, says: `${title}.` })
}
