/** Creates elements. No text is ever parsed as markup. */

type Attributes = Readonly<Record<string, unknown>>

/** A child of an element. A text becomes a text node. Anything falsy is left out. */
export type Child = Node | string | false | null | undefined

/**
 * Creates an element. A text is its part, whose content has the direction of its language. `false`, `null` and `undefined`
 * set no attribute. A function becomes a property, such as `onclick`,
 * which no content security policy forbids.
 */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: string | Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  const entries = Object.entries(typeof attributes === 'string' ? { part: attributes, dir: 'auto' } : attributes)
  for (const [key, value] of entries) {
    if (typeof value === 'function') (element as never as Record<string, unknown>)[key] = value
    else if (value !== false && value != null) element.setAttribute(key, value as string)
  }
  element.append(...(children.filter(Boolean) as Node[]))
  return element
}

/** A button that submits no form. The second click of a double click could press the button of the next view. */
export function button(label: string, press: () => void, part = ''): HTMLButtonElement {
  const onclick = (event: MouseEvent) => event.detail < 2 && press()
  return el('button', { type: 'button', part: `button ${part}`, onclick }, label)
}

/** The heading of a view. It takes the focus by script only. */
export function heading(text: string): HTMLElement {
  return el('h2', { part: 'title', tabindex: -1 }, text)
}

export function paragraph(text: string, part = 'text'): HTMLElement {
  return el('p', part, text)
}

/** What a screen reader says at once when it gets content. */
export function alertBox(...children: Child[]): HTMLElement {
  return el('div', { part: 'alert', role: 'alert' }, ...children)
}
