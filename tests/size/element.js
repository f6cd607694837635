import 'bank-mfa/element'

/** A minimal page that shows a flow with the element. */
export function show(flow) {
  document.querySelector('bank-mfa').flow = flow
}
