import { describe } from 'bank-mfa/texts'

/** A minimal page that shows an ending with the English texts. */
export function show(form, { failure }) {
  const { title, sentence, action } = describe(failure)
  form.textContent = `${title}. ${sentence} ${action.button ?? ''}`
}
