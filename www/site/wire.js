/**
 * The wire as a log that may be looked at by anybody: what is secret is covered before it is kept,
 * not when it is shown. The flow's `fetch` is wrapped; nothing else needs to know.
 */
import { el } from './dom.js'

const COVER = '••••••'

/** Keys of a body whose values are secret, however deep they lie. Flinks' answers go by their question. */
const SECRET = new Set([
  'password',
  'username',
  'token',
  'securityresponses',
  'answer',
  'value',
  'tag',
  'oauth_window_uri',
  // The edge's: what a person answers, and the addresses of the vendor's pages, which work once.
  'answers',
  'raw',
  'address',
  'url',
])

/** LoginIds and handles are no secret, and no business of a log either: their beginning is enough to tell two apart. */
const PRIVATE = new Set(['loginid', 'id', 'flow'])

/** The page's own server is in the log too: it shows where an authorize token comes from. */
const TO = {
  vendor: 'to the vendor',
  proxy: 'to the vendor through your own server, which adds the key',
  edge: 'to your edge',
  'own-server': 'to your own server',
}

const CUT_OFF = 'The reply broke off before its end.'
const LEFT = 'The page did not wait for the reply.'
const UNREADABLE =
  'No reply that this page may read: the network failed, or the vendor does not allow cross-origin calls.'

/** A page is not told the status of a redirect. */
const STATUS = { undefined: '…', 0: 'redirect' }

const SECRET_HEADERS = new Set(['flinks-auth-key', 'x-api-key', 'authorization'])

/** Enough of a base64 picture or an HTML page to see what it is. */
const LONGEST_VALUE = 96
const LONGEST_TEXT = 2000

/** @param {HTMLOListElement} list @param {{ vendor: string, proxy: string, edge: string }} bases left out of the paths shown */
export function createWire(list, bases) {
  let begun = Date.now()

  async function logged(input, init) {
    const request = new Request(input, init)
    const sent = request.clone().text()
    const entry = el('li', { class: 'exchange' }, el('details', { open: true }))
    for (const older of list.querySelectorAll('details')) older.open = false
    list.prepend(entry)
    const about = { after: Date.now() - begun, request, ...addressed(request.url, bases), body: covered(await sent) }
    draw(entry, about)
    try {
      const response = await fetch(request)
      if (isStream(response)) {
        follow(response.clone(), request, (news) => draw(entry, { ...about, status: response.status, ...news }))
        return response
      }
      // Read before the flow has the reply: it drops all that is left of a call once it knows enough.
      const text = await response
        .clone()
        .text()
        .catch(() => undefined)
      const outcome = text === undefined ? broken(request, CUT_OFF) : { reply: covered(text) }
      draw(entry, { ...about, status: response.status, ...outcome })
      return response
    } catch (error) {
      draw(entry, { ...about, ...broken(request, UNREADABLE) })
      throw error
    }
  }

  return {
    fetch: logged,
    clear() {
      list.replaceChildren()
      begun = Date.now()
    },
  }
}

/** Who has heard the outcome elsewhere does not wait for a reply. */
const broken = ({ signal }, lost) => (signal.aborted ? { left: LEFT } : { lost })

const isStream = ({ headers }) => headers.get('content-type')?.startsWith('text/event-stream')

/** Tells what a stream has brought so far, each time that it brings something. */
async function follow(response, request, tell) {
  const reply = []
  let text = ''
  const write = (piece) => {
    const events = (text + piece).split('\n\n')
    text = events.pop()
    for (const event of events) {
      const [, data] = /^data: (.*)$/m.exec(event) ?? []
      if (data) reply.push(covered(data))
    }
    tell({ reply })
  }
  tell({ reply })
  try {
    await response.body.pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream({ write }))
  } catch {
    // It has no end of its own: who has heard the outcome leaves it.
    if (!request.signal.aborted) tell({ reply, lost: CUT_OFF })
  }
}

function draw(entry, { after, request, to, path, body, status, reply, lost, left }) {
  const reads = request.method === 'GET'
  const probes = reads && to === 'vendor'
  const outcome = lost ? 'lost' : left ? 'left' : status === undefined ? 'pending' : probes ? 'probe' : meaning(status)
  entry.dataset.outcome = outcome
  entry.dataset.to = to
  if (status !== undefined) entry.dataset.status = String(status)
  entry.firstChild.replaceChildren(
    el(
      'summary',
      {},
      el('span', { class: 'method' }, request.method),
      el('span', { class: 'path', title: path }, ...breakable(shortened(path))),
      el('span', { class: 'status' }, lost ? 'lost' : left ? 'left' : (STATUS[status] ?? String(status))),
    ),
    el(
      'div',
      { class: 'bodies' },
      el(
        'p',
        { class: 'headers' },
        ...secretHeaders(request.headers),
        el('span', { class: 'after' }, `${TO[to]}, after ${(after / 1000).toFixed(1)} s`),
      ),
      probes ? el('p', { class: 'nothing' }, 'Carries nothing: may this page call at all?') : null,
      reads ? null : part('Sent', body),
      reply === undefined ? null : part('Received', reply),
      lost || left ? el('p', { class: lost ? 'lost' : 'nothing' }, lost ?? left) : null,
    ),
  )
}

function addressed(url, bases) {
  const [to, base] = Object.entries(bases).find(([, base]) => url.startsWith(base)) ?? ['own-server', location.origin]
  return { to, path: url.slice(base.length) }
}

/** A path may break behind a slash, and only there. */
function* breakable(path) {
  for (const piece of path.split(/(?<=\/)/)) {
    yield piece
    yield el('wbr')
  }
}

/** 203 is a success by its number and a question by its meaning. */
function meaning(status) {
  if (status === 202 || status === 203) return 'more'
  return status >= 200 && status < 300 ? 'ok' : 'refused'
}

function part(title, content) {
  if (content === '') return el('p', { class: 'nothing' }, `${title}: nothing`)
  const pre = el(
    'pre',
    { tabindex: '0', 'aria-label': title },
    ...(typeof content === 'string' ? [content] : pretty(content)),
  )
  return el('div', { class: 'part' }, el('span', { class: 'label' }, title), pre)
}

/** A parsed body with its secrets covered, or the beginning of a text that was never meant as JSON. */
function covered(text) {
  try {
    return cover(JSON.parse(text))
  } catch {
    // What cannot be parsed cannot be covered either.
    if (/^\s*[[{]/.test(text)) return `Broken JSON of ${text.length.toLocaleString('en')} characters`
    return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  }
}

function cover(value, hide = (leaf) => leaf) {
  if (Array.isArray(value)) return value.map((item) => cover(item, hide))
  if (value === null || typeof value !== 'object') return hide(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key.toLowerCase()
      if (SECRET.has(name)) return [key, cover(inner, () => COVER)]
      if (PRIVATE.has(name)) return [key, cover(inner, shortened)]
      return [key, cover(inner, hide)]
    }),
  )
}

/** A vendor's id, and a handle of the edge's. */
const LONG = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{9,}|([\w-]{8})[\w-]{35}\.[0-9a-f]{32}/gi
const shortened = (text) => String(text).replace(LONG, '$1$2…')

function* secretHeaders(headers) {
  for (const [name] of headers) {
    if (!SECRET_HEADERS.has(name)) continue
    yield el('span', { class: 'key' }, name)
    yield ':'
    yield el('span', { class: 'cover' }, COVER)
  }
}

/** Indented JSON, its keys and covers marked. */
function* pretty(value) {
  const text = JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === 'string' && inner.length > LONGEST_VALUE
        ? `${inner.slice(0, 24)}… (${inner.length.toLocaleString('en')} characters)`
        : inner,
    2,
  )
  for (const piece of text.split(/("(?:[^"\\]|\\.)*":?)/)) {
    if (piece.endsWith('":')) yield el('span', { class: 'key' }, piece)
    else if (piece === `"${COVER}"`) yield el('span', { class: 'cover' }, COVER)
    else if (piece.startsWith('"')) yield el('span', { class: 'string' }, piece)
    else if (piece) yield piece
  }
}
