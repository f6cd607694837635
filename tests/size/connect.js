import { mount, readLanding } from 'bank-mfa/connect'

/** The least that a page does with a vendor's frame, and with the way back from the whole-page one. */
export function show(step) {
  const { redirectUrl } = document.body.dataset
  return (
    readLanding(window, redirectUrl) ?? mount(step, document.body, { onEvent: ({ kind }) => (document.title = kind) })
  )
}
