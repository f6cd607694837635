/**
 * Creates an element. Strings among the children become text nodes, so a vendor's text can never become markup.
 * @param {Record<string, string | boolean | null | undefined>} attributes `true` sets an empty one; `false`, `null` and `undefined` are left out
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** Creates an SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)
}

/** Creates a button that calls `onClick` and submits no form. */
export function button(label, onClick, attributes = {}) {
  const element = el('button', { type: 'button', ...attributes }, label)
  element.addEventListener('click', onClick)
  return element
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '')
    else if (value !== false && value != null) element.setAttribute(key, value)
  }
  element.append(...children.filter((child) => child != null))
  return element
}
