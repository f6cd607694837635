/** An element. Children that are strings become text, so that nothing a bank says becomes markup. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '')
    else if (value !== false && value != null) element.setAttribute(key, value)
  }
  element.append(...children.filter((child) => child != null))
  return element
}

export function button(label, act, attributes = {}) {
  const made = el('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', act)
  return made
}
