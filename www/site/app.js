/**
 * The demo: a flow from its first step to its last, with the form that the person sees, the wire
 * beside it, and the state it is in. The package does the work; this page only shows it.
 */
import { countDown, createClock, minutes } from './clock.js'
import { createHeard, frame, readAddress, wayOut } from './connect.js'
import { createDiagram } from './diagram.js'
import { button, el } from './dom.js'
import { focusForm, roundForm } from './form.js'
import { createHomes } from './homes.js'
import { doneView, failedView } from './outcome.js'
import { choose, connectRules, crib, drawChoices, drawMisbehaviours } from './people.js'
import { openSession } from './session.js'
import { choices, drawParts, putBack } from './setup.js'
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

/** Read before anything else: where Connect sent the person back to, a LoginId stands in the address bar. */
const address = readAddress()

/** Every element of the page that bears an id. */
const page = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]))

for (const kind of ['error', 'unhandledrejection']) {
  addEventListener(kind, ({ error, reason }) => {
    page.problem.hidden = false
    page.problem.textContent = `The demo itself went wrong: ${(error ?? reason)?.message ?? 'no reason was given'}`
  })
}

const heard = createHeard(page.heard)
const diagram = createDiagram(page.diagram, page['state-text'])
const session = await openSession()
const clock = createClock(session.state.ahead)
const wire = createWire(page.wire, { vendor: session.baseUrl, proxy: session.proxyUrl, edge: session.edgeUrl })
const homes = createHomes({ session, wire, clock, vendors: VENDORS })
const people = {}
for (const [name, { list, idOf }] of Object.entries(VENDORS)) {
  people[name] = (await session.list(list)).map((person) => ({ id: idOf(person), ...person }))
}
let faulted = false

drawMisbehaviours(page.misbehave)
drawVendor()
page.setup.addEventListener('change', ({ target }) => {
  if (target.name === 'vendor') drawVendor()
  else if (target.name === 'home') drawHome()
  else if (target.name === 'mode') drawParts(page.setup)
  else if (target.name === 'person') describe()
})
page.setup.addEventListener('submit', (event) => {
  event.preventDefault()
  start()
})
if (session.state.flow) {
  const { chosen } = session.state.flow
  putBack(page.setup, chosen)
  drawVendor()
  choose(chosen.person)
  describe()
  if (address.landing) comeBack(session.state.flow)
  else offerRestore(session.state.flow)
} else if (address.landing) refuseAddress()
if (address.refused) refuseAddress()
document.body.dataset.ready = ''

function drawVendor() {
  const { vendor } = choices(page.setup)
  drawChoices({ people: page.people, fault: page.fault, on: page['fault-on'] }, people[vendor], VENDORS[vendor])
  diagram.draw(VENDORS[vendor].events)
  drawHome()
  rest()
}

function drawHome() {
  drawParts(page.setup)
  const { vendor, home } = choices(page.setup)
  page.route.textContent = homes[home].route(VENDORS[vendor])
  page.names.hidden = home !== 'edge'
  describe()
}

/** Ways to begin that make no sense for whoever is chosen cannot be chosen either. */
function describe() {
  const chosen = choices(page.setup)
  const person = named(chosen)
  page.crib.replaceChildren(...crib(person))
  const fit = VENDORS[chosen.vendor].beginnings?.(person, chosen.home)
  for (const input of fit ? page.setup.elements.beginning : []) {
    input.disabled = !fit.includes(input.value)
    input.checked = input.value === fit[0]
  }
}

function named({ vendor, person }) {
  return people[vendor].find(({ id }) => id === person)
}

function start() {
  const chosen = choices(page.setup)
  wire.clear()
  heard.clear()
  rest()
  page.person.focus()
  return run(chosen, async () => {
    const home = homes[chosen.home]
    // A fault that found no call to strike must not lie in wait for this flow, and a member who was
    // connected in the last one would be so already. What still runs at the edge goes on there.
    const running = session.state.flow?.chosen.home === 'edge'
    await session.control({
      reset: !running && (faulted || VENDORS[chosen.vendor].remembers(chosen)),
      cors: !chosen.forbid,
      rules: { authorizeAsync: chosen.authorizeAsync },
      connect: connectRules(chosen.misbehave),
    })
    const params = await home.params(named(chosen), chosen)
    if (chosen.fault) await session.control({ fault: chosen.fault })
    faulted = chosen.fault !== null
    return home.begin(params, chosen)
  })
}

/** One flow at a time, from its beginning to its ending. */
async function run(chosen, begin) {
  page['setup-fields'].disabled = true
  try {
    const flow = await begin()
    for await (const step of flow) {
      const ended = step.kind === 'done' || step.kind === 'failed'
      // At each step, so that a reload finds the challenge that came in between; at the edge not before it has a name.
      const snapshot = flow.snapshot()
      session.keepFlow(ended || snapshot === '' ? null : { snapshot, chosen })
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
  return { working, challenge: 'asking', redirect: 'redirecting', connect: 'connecting' }[kind] ?? kind
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

  challenge(step, flow, { vendor, home, language }) {
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
    // It gets a copy of what this one keeps.
    if (home === 'edge') hurry.push(button('Open it in a second tab', () => open(location.href), { id: 'second' }))
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

  connect(step, flow, { place, language }) {
    const words = WORDS[language]
    const title = words.connect[step.purpose]
    const view = el(
      'div',
      { class: 'connect', lang: language },
      el('h3', {}, title),
      place === 'page' ? wayOut(step, words.connect) : frame(step, words.connect, heard),
      el('div', { class: 'actions' }, cancelButton(flow, words)),
    )
    const hurry = [button('Let half an hour pass', () => skip(step.until - clock.now()), { id: 'expire' })]
    return { view, says: title, lang: language, hurry }
  },

  done({ result }, flow, { vendor, home }) {
    const fetchWords = homes[home].fetchWords(VENDORS[vendor])
    return { view: doneView(result, { ...VENDORS[vendor], fetchWords }, start), says: 'Connected.' }
  },

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

/** The person went to Connect, and Connect sent them back: the flow that was put away goes on. */
function comeBack({ snapshot, chosen }) {
  return run(chosen, () => {
    const flow = homes[chosen.home].resume(snapshot, chosen)
    // Another flow's state, or a flow that waits for nobody: it goes on as it stood.
    claim(flow, address.landing).catch(refuseAddress)
    return flow
  })
}

/** Says so as soon as the flow is known to wait for it. */
async function claim(flow, { loginId, state }) {
  for await (const step of flow) {
    if (step.kind !== 'working') return step.returned({ loginId, state })
  }
}

function refuseAddress() {
  page.problem.hidden = false
  page.problem.textContent = 'The address that led here is not one that this window waits for. It was not believed.'
}

/** A flow at rest is a value: the one that a reload interrupted can go on where it stood. */
function offerRestore({ snapshot, chosen }) {
  const title = 'A flow was under way when this page was left'
  const home = homes[chosen.home]
  const takeUp = () => run(chosen, () => home.resume(snapshot, chosen))
  const forget = () => {
    session.keepFlow(null)
    home.forget(snapshot)
    rest()
  }
  const view = el(
    'div',
    { class: 'rest' },
    el('h3', {}, title),
    el('p', {}, home.kept),
    el(
      'div',
      { class: 'actions' },
      button('Take it up', takeUp, { id: 'restore', class: 'primary' }),
      button('Forget it', forget, { id: 'forget' }),
    ),
  )
  show('new', { view, says: `${title}.` })
}
