/**
 * An element with attributes and children. Children that are strings become text nodes, so a
 * vendor's words can never become markup.
 * @param {Record<string, string | boolean | null | undefined>} attributes `true` sets an empty one; `false`, `null` and `undefined` none
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** The same for SVG, whose elements live in a namespace of their own. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)
}

/** A button that does something here and now. */
export function button(label, act, attributes = {}) {
  const made = el('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', act)
  return made
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '')
    else if (value !== false && value != null) element.setAttribute(key, value)
  }
  element.append(...children.filter((child) => child != null))
  return element
}
