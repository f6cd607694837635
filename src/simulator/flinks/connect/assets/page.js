/**
 * The simulated Connect page: shows one screen after the other. Each screen returns the vendor's next reply, and posts
 * Flinks' events to the parent.
 */
import { ask } from './ask.js'
import { button, el } from './dom.js'
import { isWholePage, landRefused, misbehave, post, postRedirect, query, redirectUrl, screenShown } from './events.js'
import { WORDS } from './words.js'

const INSTITUTION = 'FlinksCapital'
/** The name and the id of the institution. */
const INSTITUTION_NAMES = [INSTITUTION, '14']
/** After these codes the page shows the sign-in form again. */
const RETRY_CREDENTIALS = ['INVALID_LOGIN', 'INVALID_USERNAME', 'INVALID_PASSWORD']
const POLL_INTERVAL_MS = 1000

const words = WORDS[document.documentElement.lang]
const screen = document.getElementById('screen')
const reconnects = query().has('requestId')
let visit = null

const SCREENS = { credentials, asks, works, refused, done }

async function main() {
  document.getElementById('simulated').textContent = words.simulated
  screen.replaceChildren(working())
  let view = await call('open', Object.fromEntries(query()))
  visit = view.visit
  post('APP_MOUNTED')
  postOnline()
  for (const change of ['online', 'offline']) addEventListener(change, postOnline)
  watchSize()
  while (view) view = await SCREENS[view.state](view)
}

function postOnline() {
  post(navigator.onLine ? 'APP_ONLINE' : 'APP_OFFLINE')
}

function watchSize() {
  let lastHeight
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height)
    if (height === lastHeight) return
    lastHeight = height
    post('APP_RESIZE', { height })
  }).observe(document.body)
}

async function call(name, body) {
  const response = await fetch(new URL(name, import.meta.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ visit, ...body }),
  })
  const view = await response.json()
  misbehave(view.forgery)
  return view
}

/** Hides the form, and makes a call. */
function submit(name, body) {
  show(working())
  return call(name, body)
}

async function credentials({ code }) {
  if (!preselected()) await choose()
  post(code ? 'COMPONENT_LOAD_CREDENTIAL_RETRY' : 'COMPONENT_LOAD_CREDENTIAL', { institution: INSTITUTION })
  const username = el('input', {
    id: 'username',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
  })
  const password = el('input', { id: 'password', type: 'password', autocomplete: 'current-password' })
  const form = el(
    'form',
    {},
    el('h1', {}, words.signIn),
    code ? el('p', { class: 'refused', role: 'alert' }, reason(code)) : null,
    el('label', { class: 'field' }, el('span', {}, words.username), username),
    el('label', { class: 'field' }, el('span', {}, words.password), password),
  )
  username.required = password.required = true
  await submitted(form)
  post('SUBMIT_CREDENTIAL', { institution: INSTITUTION })
  return submit('sign-in', { username: username.value, password: password.value })
}

let chosen = false
function preselected() {
  const [, inPath] = /\/Credential\/([^/]+)\/?$/.exec(location.pathname) ?? []
  return chosen || INSTITUTION_NAMES.includes(inPath ?? query().get('institution'))
}

async function choose() {
  post('COMPONENT_LOAD_INSTITUTION_SELECTOR')
  await new Promise((picked) => show(el('h1', {}, words.choose), button(INSTITUTION, picked, { class: 'institution' })))
  chosen = true
  post('INSTITUTION_SELECTED', { institution: INSTITUTION })
}

async function asks({ challenges, refused, misfit }) {
  const mfaTypes = challenges.map(({ Type = 'QuestionAndAnswer' }) => Type)
  if (refused && !misfit) post('INVALID_SECURITY_RESPONSE', { institution: INSTITUTION })
  if (!misfit) post(refused ? 'COMPONENT_LOAD_MFA_RETRY' : 'COMPONENT_LOAD_MFA', { institution: INSTITUTION, mfaTypes })
  const { sets, read } = ask(challenges, words)
  const notice = misfit ? words.misfit : refused ? words.refused : null
  const form = el(
    'form',
    { novalidate: true },
    el('h1', {}, words.asks),
    notice ? el('p', { class: 'refused', role: 'alert' }, notice) : null,
    ...sets,
  )
  const responses = await submitted(form, read)
  post('SUBMIT_MFA', { institution: INSTITUTION, mfaTypes })
  return submit('answer', { responses })
}

async function works() {
  show(working())
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
  return call('look')
}

/** The `step` of an error is its FlinksCode. */
async function refused({ code }) {
  post(code, { institution: INSTITUTION })
  if (RETRY_CREDENTIALS.includes(code) && !reconnects) return { state: 'credentials', code }
  const mayRetry = visit && !reconnects
  return new Promise((next) => {
    show(
      el('h1', {}, words.failed),
      el('p', { role: 'alert' }, reason(code)),
      el('p', { class: 'code' }, code),
      el(
        'div',
        { class: 'actions' },
        mayRetry ? button(words.again, () => next({ state: 'credentials', code }), { class: 'primary' }) : null,
        button(words.close, close),
      ),
    )
  })
}

async function done(facts) {
  const chosen = reconnects ? query().get('resumeSelectedAccounts') : null
  if (chosen !== null) {
    // Connect skips the selector and names the accounts of the earlier session (A). The commas are a guess (D).
    facts = { ...facts, accountIds: facts.accountIds.filter((id) => chosen.split(',').includes(id)) }
  } else if (query().get('accountSelectorEnable') === 'true') facts = await account(facts)
  const landing = redirectUrl()
  show(el('p', { class: 'tick', 'aria-hidden': 'true' }, '✓'), el('h1', {}, words.done), el('p', {}, words.doneMore))
  postRedirect(facts, landing)
}

async function account(facts) {
  post('COMPONENT_LOAD_ACCOUNT_SELECTION')
  const accountId = await new Promise((picked) =>
    show(
      el('h1', {}, words.accounts),
      el('div', { class: 'actions' }, ...facts.accountIds.map((id, at) => button(words.kinds[at], () => picked(id)))),
    ),
  )
  const count = facts.accountIds.length
  post('ACCOUNT_SELECTED', { accountId, totalAccounts: count, displayedAccounts: count })
  return { ...facts, accountIds: [accountId] }
}

/** Shows a form until the person submits it. */
function submitted(form, read = () => true) {
  form.append(
    el(
      'div',
      { class: 'actions' },
      el('button', { type: 'submit', class: 'primary' }, words.submit),
      button(words.close, close),
    ),
    button(words.bank, openBank, { class: 'link' }),
    ...(isWholePage() ? [button(words.refuse, landRefused, { class: 'link' })] : []),
  )
  show(form)
  screenShown()
  return new Promise((resolve) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const answers = read()
      if (answers) resolve(answers)
    })
  })
}

function openBank() {
  const bank = open(new URL('bank', import.meta.url), '_blank', 'popup,width=440,height=560')
  post(bank ? 'POPUP_OPENED' : 'POPUP_BLOCKED')
}

function close() {
  if (visit) call('leave')
  post('COMPONENT_CLOSE_SESSION')
  show(el('h1', {}, words.closed))
}

/** Moves the focus to the new screen, but only if this page had the focus. */
function show(...parts) {
  const hadFocus = document.hasFocus()
  screen.replaceChildren(...parts)
  if (hadFocus) (screen.querySelector('input, select') ?? screen).focus({ preventScroll: true })
}

function working() {
  return el('div', { class: 'working', role: 'status' }, el('span', { class: 'pulse' }), el('p', {}, words.loading))
}

function reason(code) {
  return Object.hasOwn(words.reasons, code) ? words.reasons[code] : words.other
}

main().catch(() => show(el('h1', {}, words.failed), el('p', { role: 'alert' }, words.other)))
