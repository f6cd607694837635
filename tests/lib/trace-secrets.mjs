/** Checks that traces and events show nothing of a person, a session or a key. */
import assert from 'node:assert/strict'

/** The keys of the vendors' replies whose values are the vendor's own words. They may be in a trace. */
const PUBLIC_KEYS = ['FlinksCode', 'connection_status', 'error_code', 'Type', 'type', 'field_type']

/** Answers of simulated people that are also a part of `TextOrCall`, and a kind of step. */
const AMBIGUOUS = ['Text', 'challenge']

/** Every string that a trace may contain, except the vendor's own words and the names of hosts. */
const VOCABULARY = new RegExp(
  [
    String.raw`bank_mfa\.(flow\.(started|ended)|call|step|action)`,
    String.raw`\d+\.\d+\.\d+|flinks|mx|GET|POST|PUT|\d{3}|timeout|aborted|network|probe`,
    // Stages, kinds, actions, purposes, outcomes, error codes and next actions.
    '[a-z]+(-[a-z]+)*|[A-Z]+(_[A-Z]+)*',
    // Calls of Flinks and MX, and types and codes of the vendors, which are single words.
    '(Authorize|Generate|Get|Set|Delete|Answer)[A-Za-z]*|[a-z]+(_[a-z]+)+|[A-Z]?[A-Za-z]+|[A-Z\\d]+([_ ][A-Z\\d]+)*|',
  ]
    .map((part) => `(${part})`)
    .join('|')
    .replace(/^/, '^(')
    .replace(/$/, ')$'),
)
const HOSTS = /^(toolbox-api\.private\.fin\.ag|(int-)?api\.mx\.com|edge\.example|127\.0\.0\.1|localhost)$/

/** All strings and numbers in a value, with the key that they are under. */
function leaves(value, key = '') {
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value)
    return Object.entries(value).flatMap(([name, item]) => [
      ...(isList ? [] : [[name, name, 'key']]),
      ...leaves(item, isList ? key : name),
    ])
  }
  return [[key, `${value}`, 'value']]
}

/** What a wire has carried that is nobody else's business: values of bodies, ids of addresses, and headers. */
export function secretsOf(calls) {
  const found = new Set()
  const add = (value) => {
    for (const [key, text, what] of leaves(value)) {
      // A key of SecurityChallenges or SecurityResponses can be a prompt.
      if (what === 'key' ? / /.test(text) : !PUBLIC_KEYS.includes(key)) found.add(text)
    }
  }
  for (const { url, headers, json, reply } of calls) {
    for (const part of new URL(url).pathname.split('/')) if (/[\d-]{4}/.test(part)) found.add(part)
    for (const value of Object.values(headers)) if (!/json/.test(value)) found.add(value)
    add(json)
    add(reply?.json)
  }
  return [...found].filter(
    (text) => text.length >= 4 && !['null', 'true', 'false', 'undefined', ...AMBIGUOUS].includes(text),
  )
}

/** Fails if a trace or an event contains one of these texts, or any text that is not a word of its vocabulary. */
export function assertNothingPersonal(traces, secrets) {
  const values = traces.flatMap((trace) => leaves(trace))
  const texts = new Set(values.map(([, text]) => text))
  for (const secret of secrets) {
    for (const text of texts) assert.ok(!text.includes(secret), `a trace shows ${secret}`)
  }
  for (const [key, text, what] of values) {
    const isKnown =
      what === 'key' || key === 'flow' || HOSTS.test(text) || VOCABULARY.test(text) || /^-?[\d.]+$/.test(text)
    assert.ok(isKnown, `a trace has the text ${text} as ${key}`)
  }
}
