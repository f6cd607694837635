/** A button that copies a text, and what it says afterwards. */
import { button, el } from './create-element.js'

/**
 * @param {() => string} text
 * @param {() => Node} [shown] the element with the text, which is selected if the page may not write to the clipboard
 */
export function copyButton(label, text, shown) {
  const status = el('span', { class: 'hint', role: 'status' })
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    )
    if (!isCopied && shown) getSelection().selectAllChildren(shown())
    status.textContent = isCopied ? 'Copied.' : shown ? 'Selected. Copy it with your keyboard.' : 'Not allowed here.'
  }
  return [button(label, copy), status]
}
