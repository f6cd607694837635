/**
 * Looks for leaked secrets after every test. A secret is what a request carried to a simulated vendor: answers,
 * credentials, tokens, keys and ids. Whatever the package writes elsewhere is kept until the end of the test, and a secret
 * that `MAY_HOLD` does not allow there fails the test.
 *
 * canary-places.mjs watches the places of this process, and browser.mjs those of a page.
 */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'

const IDS = ['LoginId', 'user guid', 'member guid']

/** Which secrets may be in which place. SECURITY.md has the same table. */
export const MAY_HOLD = {
  console: [],
  // `memberGuid` of member-exists.
  error: ['member guid'],
  trace: [],
  'step of the core': IDS,
  snapshot: IDS,
  'wasm memory': IDS,
  'call of token': ['token'],
  record: ['token', ...IDS],
  'sealed record': [],
  'reply of the edge': [],
  'page outside inputs': [],
  'storage of the page': IDS,
}

/** Shorter texts are in many others by chance. */
const MIN_LENGTH = 4

/** The secrets of this test: each text with its kind. */
const secrets = new Map()
/** Texts of the vendor and of the package. An answer that is a part of one, such as an option, identifies nothing. */
const vendorTexts = new Set()
const packageTexts = []
/** RequestIds of all tests. Simulated vendors with the same seed give the same GUIDs, one for a token and one for another. */
const otherGuids = new Set()
/** What the places have got: each place with a text, or a function that gives texts. */
const seen = []
/** What can be read at any time: each place with a function that gives values. */
const places = []
/** Functions that note secrets, before the places are read. */
const sources = []

/** Whether a test runs. A program that uses tests/lib without tests, such as a bench, keeps nothing. */
let isTest = false
export const isInTest = () => isTest
/** The tests that run at this moment: a suite can run several at a time. */
const running = new Set()

/** Notes a secret. */
export function mark(kind, text) {
  if (isTest && typeof text === 'string' && text.length >= MIN_LENGTH) secrets.set(text, kind)
}

/** The secrets of this test, as `[kind, text]`: a process can send them to the one that looks for leaks. */
export const marks = () => [...secrets].flatMap(([text, kind]) => (isOrdinary(text, kind) ? [] : [[kind, text]]))

/** The kinds of the secrets with a text: one, or none. */
export const kindsOf = (text) => [...secrets].filter(([secret]) => secret === text).map(([, kind]) => kind)

/** Notes what a place has got. A value is read at the end of the test. */
export const see = (place, value) => void (isTest && seen.push([place, value]))

/** Notes a reply of an edge, without the address of a vendor's page, which may have a token. */
export const seeReply = (text) => see('reply of the edge', text.replace(/"address":"[^"]*"/g, ''))

/** Reads a place at the end of each test. `read` may be async, and gives a list of values. */
export const watchPlace = (place, read) => void places.push([place, read])

/** Calls a function before the places are read, which notes secrets. */
export const watchSource = (note) => void sources.push(note)

/** Notes a text of the package itself, such as a file. A large one is read often, so it is kept in small letters. */
export const ownText = (text) => void packageTexts.push(text.toLowerCase())

/** A test begins. What is known of the tests that run beside it stays. Returns the function that ends it. */
export function begin() {
  if (running.size === 0) forget()
  const end = () => running.delete(end)
  running.add(end)
  return end
}

/** Forgets the secrets and all that was seen. */
export function forget() {
  isTest = true
  secrets.clear()
  vendorTexts.clear()
  seen.length = 0
}

/** The leaks of the test, as `answer in a snapshot`, each with its text. */
export async function findLeaks(readPlaces = true) {
  for (const note of sources) note()
  const noted = marks()
  const leaks = new Map()
  if (noted.length === 0) return leaks
  const read = await Promise.all(
    (readPlaces ? places : []).map(async ([place, read]) => (await read()).map((value) => [place, value])),
  )
  for (const [place, value] of [...seen, ...read.flat()]) {
    const includes = finder(value)
    for (const [kind, text] of noted) {
      if (!MAY_HOLD[place].includes(kind) && formsOf(text).some(includes))
        leaks.set(`${kind} in ${place}: ${text}`, value)
    }
  }
  return leaks
}

/** Fails if there is a leak. */
export async function assertNoLeaks(readPlaces) {
  const leaks = await findLeaks(readPlaces)
  const texts = [...leaks].map(([leak, value]) => `${leak}\n${toText(value).slice(0, 2000)}`)
  assert.equal(leaks.size, 0, `leaked secrets:\n${texts.join('\n')}`)
}

function isOrdinary(text, kind) {
  const lower = text.toLowerCase()
  return (
    otherGuids.has(text) ||
    packageTexts.some((other) => other.includes(lower)) ||
    (['answer', 'credential'].includes(kind) && [...vendorTexts].some((other) => other.toLowerCase().includes(lower)))
  )
}

/** A text as it is, in JSON and in a URL. */
const formsOf = (text) => [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])]

const toText = (value) => (value instanceof Uint8Array ? `${value.length} bytes` : asText(value))

function finder(value) {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return (form) => bytes.includes(form)
  }
  const text = asText(value)
  return (form) => text.includes(form)
}

/** All that a value shows: of an error the message, the stack, the cause and each property. */
function asText(value) {
  if (typeof value === 'string') return value
  const json = tryJson(value) ?? ''
  return value instanceof Error ? `${json}\n${inspect(value, { depth: 12, showHidden: true })}` : json
}

function tryJson(value) {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

// What requests carry ---------------------------------------------------------------------------

/** Wraps the `fetch` of a simulated vendor: notes the secrets in each request and reply. */
export const marking = (fetch) => async (input, init) => {
  if (!isTest) return fetch(input, init)
  const request = new Request(input, init)
  markRequest(request.url, request.headers, await request.clone().text())
  const reply = await fetch(input, init)
  markReply(await reply.clone().text())
  return reply
}

function markRequest(url, headers, body) {
  const isForToken = url.endsWith('/GenerateAuthorizeToken')
  mark(isForToken ? 'key' : 'token', headers.get('flinks-auth-key') ?? undefined)
  mark('key', headers.get('x-api-key') ?? undefined)
  const authorization = headers.get('authorization')?.replace(/^\w+ /, '')
  mark('key', authorization)
  if (/^[\w+/]+=*$/.test(authorization ?? '')) for (const part of atob(authorization).split(':')) mark('key', part)
  for (const [id] of url.matchAll(/(MBR|USR)-[\w-]+/g)) mark(guidKind(id), id)
  walk(parse(body), (path, text) => {
    const key = path.findLast((part) => !/^\d+$/.test(part))?.toLowerCase()
    if (path.some((part) => /^security_?responses$/i.test(part))) mark('answer', text)
    else if (path.includes('challenges') && key === 'value') mark('answer', text)
    else if ((path.includes('credentials') && key === 'value') || ['username', 'password'].includes(key))
      mark('credential', text)
    else if (key === 'loginid') mark('LoginId', text)
  })
}

function markReply(body) {
  walk(parse(body), (path, text) => {
    const name = path.slice(-2).join('.').toLowerCase()
    if (/^(MBR|USR)-/.test(text)) mark(guidKind(text), text)
    else if (name.endsWith('loginid') || name === 'login.id') mark('LoginId', text)
    else if (path.at(-1) === 'Token') mark('token', text)
    else {
      vendorTexts.add(text)
      if (/^[\da-f-]{36}$/.test(text)) otherGuids.add(text)
    }
  })
}

const guidKind = (guid) => (guid.startsWith('MBR') ? 'member guid' : 'user guid')

function walk(value, visit, path = []) {
  if (typeof value === 'string') return visit(path, value)
  if (path.length > 20) return
  for (const [key, item] of Object.entries(value ?? {})) walk(item, visit, [...path, key])
}

function parse(body) {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
