/** The functions that a test calls in a page, as `window.matrix`. The vendor is at another origin than the page. */
import * as both from 'bank-mfa'
import { mount } from 'bank-mfa/connect'
import 'bank-mfa/element'
import { flinks } from 'bank-mfa/flinks'
import * as slim from 'bank-mfa/flinks/slim'
import { mx } from 'bank-mfa/mx'
import { remote } from 'bank-mfa/remote'
import { flinksFlow, flinksHost, mxFlow, remoteFlow, restoredFlow, slimFlow } from './flows.mjs'

const { vendor } = document.body.dataset
const violations = []
document.addEventListener('securitypolicyviolation', (event) =>
  violations.push(`${event.violatedDirective} ${event.blockedURI}`),
)
let element

window.matrix = {
  flinks: () => flinksFlow({ flinks }, vendor),
  mx: () => mxFlow({ mx }, vendor),
  both: () => restoredFlow(both, vendor),
  slim: () => slimFlow(slim, vendor),
  remote: () => remoteFlow({ remote }, location.origin),

  /** A reconnect whose iframe is the vendor's page. */
  async connect() {
    const { loginId } = await (await fetch(`${vendor}/people`)).json()
    const flow = flinks.reconnect({ loginId }, { ...flinksHost(vendor), connectUrl: vendor })
    const refused = []
    for await (const step of flow) {
      if (step.kind !== 'connect') continue
      const onFailed = () => flow.cancel()
      mount(step, document.querySelector('main'), { onFailed, onRefused: ({ reason }) => refused.push(reason) })
    }
    const { method } = await flow.result()
    const frames = document.querySelectorAll('iframe').length
    return { method, frames, refused }
  },

  /** Shows the element, whose button starts a flow of the edge. */
  showElement() {
    element = document.createElement('bank-mfa')
    element.start = () => remote('/mfa').start({ connection: 'element' })
    document.querySelector('main').append(element)
  },
  /** Waits until the element shows this state. */
  elementShows(state) {
    const shows = () => element.shadowRoot?.querySelector(`[part=box][data-state=${state}]`)
    return new Promise((resolve) => {
      const look = () => (shows() ? resolve() : requestAnimationFrame(look))
      look()
    })
  },
  /** The visible text of the control that has the focus. */
  focused: () => element.shadowRoot.activeElement?.textContent ?? '',
  violations: () => violations,
}
document.title = 'ready'
