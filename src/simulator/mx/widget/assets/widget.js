/**
 * The simulated MX widget: shows the challenges of a member, round after round, its credentials or its error, and posts
 * MX's events to the parent. In a mobile WebView it navigates to addresses instead, in the form of MX's demo app.
 */
import { button, el } from './dom.js'

const POLL_INTERVAL_MS = 1000
/** MX's names of the screens. */
const VIEWS = {
  asks: 'mfa',
  works: 'connecting',
  connected: 'connected',
  credentials: 'enterCreds',
  error: 'loginError',
}

const screen = document.getElementById('screen')
let view
let posted = {}

async function main() {
  view = await call('look')
  post('load')
  post('connect/loaded', { initial_step: VIEWS[view.state] })
  posted = { state: view.state }
  for (;;) {
    postChanges()
    if (view.state === 'asks') view = await asks(view)
    else if (view.state === 'works') view = await works()
    else if (view.state === 'credentials') view = await signIn(view)
    else if (view.state === 'error') view = await retry(view)
    else return finish(view)
  }
}

/** Posts what has changed since the last event. */
function postChanges() {
  const { state, status, memberGuid } = view
  if (state !== posted.state) post('connect/stepChange', { previous: VIEWS[posted.state], current: VIEWS[state] })
  if (status !== posted.status) {
    post('connect/memberStatusUpdate', { member_guid: memberGuid, connection_status: status })
  }
  posted = { state, status }
}

/** Shows a form, until the person submits it. */
async function submitted(title, ...fields) {
  const form = el(
    'form',
    {},
    el('h1', {}, title),
    ...fields,
    el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'primary' }, 'Continue')),
  )
  show(form)
  await new Promise((resolve) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      resolve()
    })
  })
}

async function signIn({ credentials, memberGuid, institutionCode, status }) {
  post('connect/memberError', { member: { guid: memberGuid, connection_status: status } })
  const inputs = credentials.map(({ field_name, type }) =>
    el('input', {
      name: field_name,
      type: type === 'PASSWORD' ? 'password' : 'text',
      autocomplete: 'off',
      required: true,
    }),
  )
  const fields = inputs.map((input, at) =>
    el('label', { class: 'field' }, el('span', {}, credentials[at].label), input),
  )
  await submitted('Sign in again', ...fields)
  post('connect/updateCredentials', { member_guid: memberGuid, institution: { code: institutionCode } })
  const all = credentials.map(({ guid }, at) => ({ guid, value: inputs[at].value }))
  return call('sign-in', { member: { credentials: all } })
}

async function retry({ memberGuid, status }) {
  post('connect/memberError', { member: { guid: memberGuid, connection_status: status } })
  await new Promise((resolve) => {
    show(el('h1', {}, 'This did not work'), button('Try again', resolve, { class: 'primary' }))
  })
  return call('retry')
}

async function asks({ challenges, memberGuid }) {
  const sets = challenges.map(question)
  await submitted('Your bank asks', ...sets.map(({ set }) => set))
  post('connect/submitMFA', { member_guid: memberGuid })
  const answers = challenges.map(({ guid }, at) => ({ guid, value: sets[at].value() }))
  return call('answer', { member: { challenges: answers } })
}

/** The fields of a challenge. They depend on its content, not on its type. */
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
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
  return call('look')
}

function finish({ memberGuid }) {
  post('connect/memberConnected', { member_guid: memberGuid })
  const done = () => post('connect/connected/primaryAction')
  show(el('h1', {}, 'You are connected'), button('Done', done, { class: 'primary' }))
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
  if (view.webviewScheme) {
    return location.assign(`${view.webviewScheme}://${type}?metadata=${encodeURIComponent(JSON.stringify(metadata))}`)
  }
  const message = { mx: true, type: `mx/${type}`, metadata }
  parent.postMessage(view.postsText ? JSON.stringify(message) : message, '*')
}

function show(...parts) {
  screen.replaceChildren(...parts)
}

main().catch(() => show(el('h1', {}, 'This did not work')))
