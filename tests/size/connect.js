import { mount, readLanding } from 'bank-mfa/connect'

/** A minimal page that shows the vendor's iframe, or reads the landing URL. */
export function show(step) {
  const { redirectUrl } = document.body.dataset
  return (
    readLanding(window, redirectUrl) ?? mount(step, document.body, { onEvent: ({ kind }) => (document.title = kind) })
  )
}
