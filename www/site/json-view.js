/** Shows plain values as indented JSON, with its keys and redacted values marked. */
import { el } from './create-element.js'
import { REDACTED } from './redact.js'

const MAX_STRING_LENGTH = 96

/** A labelled block that the keyboard can scroll. A text that is not JSON is shown as it is. */
export function jsonView(label, content) {
  const children = typeof content === 'string' ? [content] : formatJson(content)
  const pre = el('pre', { tabindex: '0', 'aria-label': label }, ...children)
  return el('div', { class: 'body' }, el('span', { class: 'label' }, label), pre)
}

function* formatJson(value) {
  const shorten = (_, inner) =>
    typeof inner === 'string' && inner.length > MAX_STRING_LENGTH
      ? `${inner.slice(0, 24)}… (${inner.length.toLocaleString('en')} characters)`
      : inner
  for (const token of JSON.stringify(value, shorten, 2).split(/("(?:[^"\\]|\\.)*":?)/)) {
    if (token.endsWith('":')) yield el('span', { class: 'key' }, token)
    else if (token === `"${REDACTED}"`) yield el('span', { class: 'redacted' }, REDACTED)
    else if (token) yield token
  }
}
