/** A `fetch` that logs each call on the page, without its secrets. */
import { el } from './create-element.js'
import { jsonView } from './json-view.js'
import { REDACTED, redactBody, shortenIds } from './redact.js'

const RECIPIENTS = {
  vendor: 'to the vendor',
  proxy: 'to the vendor through your server, which adds the key',
  edge: 'to your edge',
  'own-server': 'to your server',
}

const TRUNCATED = 'The reply ended too early.'
const ABANDONED = 'The page stopped waiting for the reply.'
const UNREADABLE =
  'The page could not read a reply. Either the network failed, or the vendor does not allow cross-origin requests.'

/** The browser hides the status of a redirect from the page: it is 0. */
const STATUS_LABELS = { undefined: '…', 0: 'redirect' }

const SECRET_HEADERS = new Set(['flinks-auth-key', 'x-api-key', 'authorization'])

/**
 * @param {HTMLOListElement} list
 * @param {{ vendor: string, proxy: string, edge?: string }} baseUrls left out of the paths shown
 * @param {typeof fetch} send
 */
export function createRequestLog(list, baseUrls, send) {
  let startedAt = Date.now()

  async function loggedFetch(input, init) {
    const request = new Request(input, init)
    const sent = request.clone().text()
    const entry = el('li', { class: 'exchange' }, el('details', { open: true }))
    for (const older of list.querySelectorAll('details')) older.open = false
    list.prepend(entry)
    const call = {
      after: Date.now() - startedAt,
      request,
      ...recipient(request.url, baseUrls),
      body: redactBody(await sent),
    }
    draw(entry, call)
    try {
      const response = await send(request)
      if (isEventStream(response)) {
        followStream(response.clone(), request, (news) => draw(entry, { ...call, status: response.status, ...news }))
        return response
      }
      // Read here, because the flow cancels a body once it has read enough.
      const text = await response
        .clone()
        .text()
        .catch(() => undefined)
      const result = text === undefined ? interrupted(request, TRUNCATED) : { reply: redactBody(text) }
      draw(entry, { ...call, status: response.status, ...result })
      return response
    } catch (error) {
      draw(entry, { ...call, ...interrupted(request, UNREADABLE) })
      throw error
    }
  }

  return {
    fetch: loggedFetch,
    clear() {
      list.replaceChildren()
      startedAt = Date.now()
    },
  }
}

/** An aborted request is not an error. */
const interrupted = ({ signal }, lost) => (signal.aborted ? { abandoned: ABANDONED } : { lost })

const isEventStream = ({ headers }) => headers.get('content-type')?.startsWith('text/event-stream')

/** Reports all events so far, each time one arrives. */
async function followStream(response, request, report) {
  const reply = []
  let text = ''
  const write = (chunk) => {
    const events = (text + chunk).split('\n\n')
    text = events.pop()
    for (const event of events) {
      const [, data] = /^data: (.*)$/m.exec(event) ?? []
      if (data) reply.push(redactBody(data))
    }
    report({ reply })
  }
  report({ reply })
  try {
    await response.body.pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream({ write }))
  } catch {
    // The flow closes the stream once it has ended.
    if (!request.signal.aborted) report({ reply, lost: TRUNCATED })
  }
}

function draw(entry, { after, request, to, path, body, status, reply, lost, abandoned }) {
  const reads = request.method === 'GET'
  const isProbe = reads && to === 'vendor'
  const outcome = outcomeOf({ lost, abandoned, status, isProbe })
  entry.dataset.outcome = outcome
  entry.dataset.to = to
  if (status !== undefined) entry.dataset.status = String(status)
  const label = lost || abandoned ? outcome : (STATUS_LABELS[status] ?? String(status))
  entry.firstChild.replaceChildren(
    el(
      'summary',
      {},
      el('span', { class: 'method' }, request.method),
      el('span', { class: 'path', title: path }, ...breakable(shortenIds(path))),
      el('span', { class: 'status' }, label),
    ),
    el(
      'div',
      { class: 'bodies' },
      el(
        'p',
        { class: 'headers' },
        ...secretHeaders(request.headers),
        el('span', { class: 'after' }, `${RECIPIENTS[to]}, after ${(after / 1000).toFixed(1)} s`),
      ),
      isProbe
        ? el('p', { class: 'nothing' }, 'A probe without data: it tests whether the page may call the vendor.')
        : null,
      reads ? null : bodyView('Sent', body),
      reply === undefined ? null : bodyView('Received', reply),
      lost || abandoned ? el('p', { class: lost ? 'lost' : 'nothing' }, lost ?? abandoned) : null,
    ),
  )
}

function recipient(url, baseUrls) {
  const [to, base] = Object.entries(baseUrls).find(([, base]) => url.startsWith(base)) ?? [
    'own-server',
    location.origin,
  ]
  return { to, path: url.slice(base.length) }
}

/** Lets a path wrap after each slash. */
function* breakable(path) {
  for (const segment of path.split(/(?<=\/)/)) {
    yield segment
    yield el('wbr')
  }
}

function outcomeOf({ lost, abandoned, status, isProbe }) {
  if (lost) return 'lost'
  if (abandoned) return 'abandoned'
  if (status === undefined) return 'pending'
  if (isProbe) return 'probe'
  // 202 and 203 are success codes, but Flinks has not finished yet.
  if (status === 202 || status === 203) return 'interim'
  return status >= 200 && status < 300 ? 'ok' : 'error'
}

function bodyView(title, content) {
  if (content === '') return el('p', { class: 'nothing' }, `${title}: nothing`)
  return jsonView(title, content)
}

function* secretHeaders(headers) {
  for (const [name] of headers) {
    if (!SECRET_HEADERS.has(name)) continue
    yield el('span', { class: 'key' }, name)
    yield ':'
    yield el('span', { class: 'redacted' }, REDACTED)
  }
}
