import { mount, readLanding, vendorEvents } from 'bank-mfa/connect'

/** A minimal page that shows the vendor's iframe and listens to its events, or reads the landing URL. */
export function show(step) {
  const { redirectUrl } = document.body.dataset
  return (
    readLanding(window, redirectUrl) ??
    mount(step, document.body, { onEvent: vendorEvents(({ kind }) => (document.title = kind)) })
  )
}
