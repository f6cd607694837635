/** Runs in the page: waits for a question in one of two ways, and returns the time at which it is on the screen. */
import 'bank-mfa/element'
import { remote } from 'bank-mfa/remote'

/** Resolves after the next frame was drawn, to the time of it. */
function drawn() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      // A message arrives after the frame that `requestAnimationFrame` has begun.
      port1.onmessage = () => resolve(performance.timeOrigin + performance.now())
      port2.postMessage(null)
    })
  })
}

/** Resolves once `root` contains a text field. */
function field(root) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`no field, but: ${root.textContent}`)), 20_000)
    const look = () => root.querySelector('input') && (observer.disconnect(), resolve())
    const observer = new MutationObserver(look)
    observer.observe(root, { childList: true, subtree: true })
    look()
  })
}

/** The limit: an event stream by hand, and a form of one field. */
window.waitForBare = async () => {
  const form = document.createElement('form')
  document.body.replaceChildren(form)
  const stream = new EventSource('/bare')
  stream.onmessage = ({ data }) => {
    stream.close()
    const [{ Prompt }] = JSON.parse(data).SecurityChallenges
    const label = document.createElement('label')
    label.append(Prompt, document.createElement('input'))
    form.append(label)
  }
  await field(form)
  return drawn()
}

/** A flow of the edge, in the element. */
window.waitForElement = async (connection) => {
  const element = document.createElement('bank-mfa')
  document.body.replaceChildren(element)
  const flow = remote('/mfa', { headers: { authorization: connection } }).start({ connection })
  element.flow = flow
  await field(element.shadowRoot ?? element)
  const at = await drawn()
  await flow.cancel()
  return at
}
