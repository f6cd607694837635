/** The views of a page of the vendor or the bank: in an iframe, or in a window of its own. */
import { alertBox, button, el, heading, paragraph } from './dom.js'
import { actions, type Context, type Effect, type StepOf, type View } from './view.js'
import { openFrame } from '../connect/frame.js'
import { SECURE_URL } from '../connect/message.js'

// Only the developer could do something about it.
const createError = (_: string, message: string) => TypeError(message)

/** The vendor's page in an iframe. */
export function frame(step: StepOf<'connect' | 'redirect'>, context: Context): View {
  const { labels } = context.texts
  const title = heading(step.purpose === 'credentials' ? labels.pageCredentials : labels.pageMfa)
  const place = el('div', 'frame')
  const focused = () => (place.getRootNode() as ShadowRoot).activeElement
  let close = () => {}
  const open = () => {
    close()
    const progress = el('hr', 'progress')
    place.replaceChildren(progress)
    const onFailed = (error: unknown) => {
      place.replaceChildren(alertBox(labels.pageFailed))
      // Only the developer can mend an address that must not be opened.
      if (error instanceof TypeError) throw error
    }
    const { iframe, unmount } = openFrame(step, place, { title: labels.frame, onFailed }, createError)
    iframe.onload = () => {
      progress.remove()
      // Lets the person type at once, but takes the focus from nobody who is elsewhere.
      if (focused() === title) iframe.focus()
    }
    close = unmount
  }
  // The iframe goes with its focus, before the next step is shown.
  step.signal.addEventListener('abort', () => place.contains(focused()) && title.focus())
  const effect: Effect = () => {
    open()
    return () => close()
  }
  const back = step.kind === 'redirect' && button(labels.back, () => step.returned())
  const nodes = [title, place, actions(context, back, button(labels.openWindowAgain, open))]
  return { nodes, effect, stays: true }
}

/** The bank's own site, in a window that a click opens. The flow notices when the person has finished there. */
export function redirect(step: StepOf<'redirect'>, context: Context): View {
  if (step.purpose === 'widget') return frame(step, context)
  const { labels, windowErrors } = context.texts
  const problem = alertBox(step.error && (windowErrors[step.error.code] ?? windowErrors.unknown))
  const openButton = button(labels.openWindow, () => void openWindow(), 'primary')

  async function openWindow(): Promise<void> {
    // Opened in the click, because browsers block windows that open later.
    const opened = open('', '_blank')
    problem.replaceChildren()
    try {
      const url = await step.pageUrl()
      if (!SECURE_URL.test(url)) throw url
      if (opened) {
        openButton.textContent = labels.openWindowAgain
        // The bank's page must not reach this one.
        opened.opener = null
        opened.location.replace(url)
      } else {
        // A WebView may open links only.
        const attributes = { part: 'button primary', href: url, target: '_blank', rel: 'noopener' }
        const link = el('a', attributes, labels.openWindow)
        openButton.replaceWith(link)
        link.focus()
      }
    } catch {
      opened?.close()
      problem.append(labels.pageFailed)
    }
  }
  const nodes = [heading(labels.windowTitle), problem, paragraph(labels.windowHint), actions(context, openButton)]
  return { nodes, focus: openButton }
}
