/**
 * The simulated widget of MX: asks what a CHALLENGED member is asked, round after round, and tells the page around it
 * in MX's words.
 */
import { button, el } from './dom.js'

/** Between two looks at a bank that works, in milliseconds. */
const PAUSE = 1000
/** What MX calls the views. */
const VIEWS = { asks: 'mfa', works: 'connecting', connected: 'connected', ended: 'actionableError' }

const screen = document.getElementById('screen')
let view
let told = {}

async function main() {
  view = await call('look')
  post('load')
  post('connect/loaded', { initial_step: VIEWS[view.state] })
  told = { state: view.state }
  for (;;) {
    tell()
    if (view.state === 'asks') view = await asks(view)
    else if (view.state === 'works') view = await works()
    else return over(view)
  }
}

/** What has changed since the page around this one was told. */
function tell() {
  const { state, status, memberGuid } = view
  if (state !== told.state) post('connect/stepChange', { previous: VIEWS[told.state], current: VIEWS[state] })
  if (status !== told.status) {
    post('connect/memberStatusUpdate', { member_guid: memberGuid, connection_status: status })
  }
  told = { state, status }
}

async function asks({ challenges, memberGuid }) {
  const sets = challenges.map(question)
  const form = el(
    'form',
    {},
    el('h1', {}, 'Your bank asks'),
    ...sets.map(({ set }) => set),
    el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'primary' }, 'Continue')),
  )
  show(form)
  await new Promise((filled) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      filled()
    })
  })
  post('connect/submitMFA', { member_guid: memberGuid })
  const answers = challenges.map(({ guid }, at) => ({ guid, value: sets[at].value() }))
  return call('answer', { member: { challenges: answers } })
}

/** A set of fields for a challenge, whatever its type is: by what it brings. */
function question({ label, options, image_options, image_data }, at) {
  const choices = options ?? image_options
  const image = image_data && el('img', { src: dataUri(image_data), alt: '' })
  const name = `challenge-${at}`
  if (!choices) {
    const input = el('input', { name, autocomplete: 'off', required: true })
    const field = el('label', { class: 'field' }, el('span', {}, 'Your answer'), input)
    return { set: fieldset(label, image, field), value: () => input.value }
  }
  const inputs = choices.map(({ value, guid, label }) =>
    el('input', { type: 'radio', name, value: value ?? guid ?? label, required: true }),
  )
  const shown = ({ label, data_uri }) => (data_uri ? el('img', { src: data_uri, alt: label }) : label)
  const all = inputs.map((input, at) => el('label', { class: 'option' }, input, shown(choices[at])))
  return {
    set: fieldset(label, image, el('div', { class: 'options' }, ...all)),
    value: () => inputs.find(({ checked }) => checked).value,
  }
}

function fieldset(label, ...parts) {
  return el('fieldset', { class: 'challenge' }, el('legend', {}, label), ...parts)
}

function dataUri(image) {
  return image.startsWith('data:') ? image : `data:image/png;base64,${image}`
}

async function works() {
  show(el('div', { class: 'working', role: 'status' }, el('span', { class: 'pulse' }), el('p', {}, 'One moment')))
  await new Promise((over) => setTimeout(over, PAUSE))
  return call('look')
}

function over({ state, status, memberGuid }) {
  if (state === 'connected') {
    post('connect/memberConnected', { member_guid: memberGuid })
    const done = () => post('connect/connected/primaryAction')
    show(el('h1', {}, 'You are connected'), button('Done', done, { class: 'primary' }))
  } else {
    post('connect/memberError', { member: { guid: memberGuid, connection_status: status } })
    show(el('h1', {}, 'This did not work'))
  }
}

async function call(name, body) {
  const response = await fetch(`${location.pathname}/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  })
  return response.json()
}

function post(type, more = {}) {
  const metadata = { user_guid: view.userGuid, session_guid: view.sessionGuid, ...more }
  const message = { mx: true, type: `mx/${type}`, metadata }
  parent.postMessage(view.speaksText ? JSON.stringify(message) : message, '*')
}

function show(...parts) {
  screen.replaceChildren(...parts)
}

main().catch(() => show(el('h1', {}, 'This did not work')))
