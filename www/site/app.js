/**
 * The demo: a flow from its first step to its last, with the form that the person sees, the wire
 * beside it, and the state it is in. The package does the work; this page only shows it.
 */
import { restore } from './package.js'
import { countDown, createClock, minutes } from './clock.js'
import { createDiagram } from './diagram.js'
import { button, el } from './dom.js'
import { focusForm, roundForm } from './form.js'
import { doneView, failedView } from './outcome.js'
import { choose, crib, drawChoices, faultChosen } from './people.js'
import { openSession } from './session.js'
import flinks from './vendors/flinks.js'
import mx from './vendors/mx.js'
import { createWire } from './wire.js'
import { WORDS } from './words.js'

const VENDORS = { flinks, mx }

/** The bank stops waiting after eight minutes without activity. */
const EIGHT_MINUTES = 8 * 60_000
/** Six of these, and the flow has asked for as long as the vendor says it may take. */
const FIVE_MINUTES = 5 * 60_000
/** So far apart, at most, are the looks at a person who is at the bank's window. */
const LONGEST_LOOK = 3_000

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
const wire = createWire(page.wire, { vendor: session.baseUrl, proxy: session.proxyUrl })
const people = {}
for (const [name, { list, idOf }] of Object.entries(VENDORS)) {
  people[name] = (await session.list(list)).map((person) => ({ id: idOf(person), ...person }))
}
let faulted = false

drawVendor()
page.setup.addEventListener('change', ({ target }) => {
  if (target.name === 'vendor') drawVendor()
  else if (target.name === 'person') describe()
})
page.setup.addEventListener('submit', (event) => {
  event.preventDefault()
  start()
})
if (session.state.flow) offerRestore(session.state.flow)
document.body.dataset.ready = ''

/** What is chosen in the setup form, as plain values. */
function choices() {
  const form = new FormData(page.setup)
  return {
    vendor: form.get('vendor'),
    person: form.get('person'),
    mode: form.get('mode'),
    beginning: form.get('beginning'),
    language: form.get('language') ?? 'en',
    forbid: form.has('forbid'),
    authorizeAsync: form.has('async'),
    fault: faultChosen(form.get('fault'), form.get('on')),
  }
}

/** What only one vendor has is not there for the other. */
function drawVendor() {
  const { vendor } = choices()
  for (const part of page.setup.querySelectorAll('[data-vendor]')) {
    part.hidden = part.disabled = part.dataset.vendor !== vendor
  }
  drawChoices({ people: page.people, fault: page.fault, on: page['fault-on'] }, people[vendor], VENDORS[vendor])
  diagram.draw(VENDORS[vendor].events)
  page.route.textContent = VENDORS[vendor].route(session)
  describe()
  rest()
}

/** Ways to begin that make no sense for whoever is chosen cannot be chosen either. */
function describe() {
  const person = named(choices())
  page.crib.replaceChildren(...crib(person))
  const fit = VENDORS[choices().vendor].beginnings?.(person)
  for (const input of fit ? page.setup.elements.beginning : []) {
    input.disabled = !fit.includes(input.value)
    input.checked = input.value === fit[0]
  }
}

function named({ vendor, person }) {
  return people[vendor].find(({ id }) => id === person)
}

/** What the flow is given to work with. */
function host(chosen) {
  return {
    ...VENDORS[chosen.vendor].host(session, chosen, wire.fetch),
    fetch: wire.fetch,
    clock,
    // Before each send, so that a page which is reloaded in the middle does not submit anything twice …
    store: (snapshot) => session.keepFlow({ snapshot, chosen }),
  }
}

function start() {
  const chosen = choices()
  wire.clear()
  rest()
  page.person.focus()
  return run(chosen, async () => {
    const vendor = VENDORS[chosen.vendor]
    // A fault that found no call to strike must not lie in wait for this flow, and a member who was
    // connected in the last one would be so already.
    await session.control({
      reset: faulted || vendor.remembers,
      cors: !chosen.forbid,
      rules: { authorizeAsync: chosen.authorizeAsync },
    })
    const params = await vendor.params(named(chosen), chosen, session, wire.fetch)
    if (chosen.fault) await session.control({ fault: chosen.fault })
    faulted = chosen.fault !== null
    return vendor.begin(params, host(chosen))
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
  const working = until ? 'waiting' : 'sending'
  return { working, challenge: 'asking', redirect: 'redirecting', done: 'done', failed: 'failed' }[kind]
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

  challenge(step, flow, { vendor, language }) {
    const words = WORDS[language]
    const { round } = step
    const view = roundForm(round, language, step, VENDORS[vendor].ownTerms)
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

  redirect(step, flow, { vendor, language }) {
    const words = WORDS[language]
    const { title, says, open } = words.window
    const href = VENDORS[vendor].windowAt(step.url, session)
    const link = el('a', { id: 'window', class: 'button primary', href, target: '_blank', rel: 'noopener' }, open)
    const view = el(
      'div',
      { class: 'rest', lang: language },
      el('h3', {}, title),
      el('p', {}, says),
      el('div', { class: 'actions' }, link, cancelButton(flow, words)),
      landingForm(step),
    )
    const hurry = [button('Look again at once', () => skip(LONGEST_LOOK), { id: 'skip' })]
    return { view, says: title, lang: language, hurry }
  },

  done: ({ result }, flow, { vendor }) => ({ view: doneView(result, VENDORS[vendor], start), says: 'Connected.' }),

  failed: ({ failure }) => ({ view: failedView(failure, clock, start), says: `Ended with ${failure.code}.` }),
}

/** A window that leads back to the page says by its address which member came of it; this one leads elsewhere. */
function landingForm(step) {
  const address = el('input', { id: 'landing', type: 'url', required: true, autocomplete: 'off' })
  const form = el(
    'form',
    { class: 'field' },
    el('label', { for: 'landing' }, 'Its last address'),
    address,
    el('div', { class: 'actions' }, el('button', { type: 'submit' }, 'Tell the flow')),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    step.returned(address.value)
  })
  return el('details', { class: 'more', lang: 'en' }, el('summary', {}, 'Say where the window led'), form)
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
  page.setup.elements.vendor.value = chosen.vendor
  drawVendor()
  choose(chosen.person)
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
