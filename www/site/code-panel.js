/** The chosen flow as code, with a button that copies each file. */
import { copyButton } from './copy-button.js'
import { el } from './create-element.js'

/** @param {{ file: string, about: string, text: string }[]} files as `codeOf` returns them */
export function drawCode(place, files) {
  place.replaceChildren(
    ...files.map(({ file, about, text }) => {
      const code = el('pre', { tabindex: '0', 'aria-label': file }, text)
      return el(
        'section',
        { class: 'code-file', 'aria-label': `Code: ${file}` },
        el('h3', {}, file),
        el('p', { class: 'hint' }, about),
        el(
          'div',
          { class: 'actions' },
          ...copyButton(
            `Copy ${file}`,
            () => text,
            () => code,
          ),
        ),
        code,
      )
    }),
  )
}
