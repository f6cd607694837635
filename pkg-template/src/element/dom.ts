/** Creates elements. No text is ever parsed as markup. */

type Attributes = Readonly<Record<string, unknown>>

/** A child of an element. A text becomes a text node. Anything falsy is left out. */
export type Child = Node | string | false | null | undefined

/**
 * Creates an element. `true` sets an empty attribute; `false`, `null` and `undefined` set none. A function becomes a
 * property, such as `onclick`, which no content security policy forbids.
 */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') Object.assign(element, { [key]: value })
    else if (value !== false && value != null) element.setAttribute(key, value === true ? '' : String(value))
  }
  element.append(...children.filter((child) => typeof child === 'string' || child instanceof Node))
  return element
}

/** A button that submits no form. */
export function button(label: string, onclick: () => void, part = ''): HTMLButtonElement {
  return el('button', { type: 'button', part: `button ${part}`, onclick }, label)
}

/** The heading of a view. It takes the focus by script only. */
export function heading(text: string): HTMLElement {
  return el('h2', { part: 'title', tabindex: -1 }, text)
}

export function paragraph(text: string, part = 'text', role?: string): HTMLElement {
  return el('p', { part, role }, text)
}

/** The buttons of a view. */
export function actions(...buttons: Child[]): HTMLElement {
  return el('div', { part: 'actions' }, ...buttons)
}
