import type { At, Home, State } from './runner.js'
import { isEnding } from '../flow/steps.js'

/** After how long without news a comment keeps the line open, in milliseconds. */
const BEAT = 15_000

/** How long a stream lasts at most, in milliseconds: the page asks for another one. */
const LAST = 5 * 60_000

/** Server-sent events: each change of a flow, from the version after `after` on, until its end or its request's. */
export function stream(
  home: Home,
  at: At,
  after: number | undefined,
  now: () => number,
  keep: (task: Promise<unknown>) => void,
  signal: AbortSignal,
) {
  let gone = false
  const over = new AbortController()
  signal.addEventListener('abort', () => over.abort())
  if (signal.aborted) over.abort()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (text: string) => controller.enqueue(encoder.encode(text))
      const run = async () => {
        const end = now() + LAST
        let seen = after
        do {
          const { version, step }: State = await home.look(at, seen, BEAT, over.signal)
          if (gone) return
          say(version === seen ? ':\n\n' : `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
          seen = version
          if (isEnding(step)) return
        } while (now() < end && !over.signal.aborted)
      }
      // What goes wrong ends the stream: the page asks again, and is told.
      const task = run()
        .catch(() => {})
        .finally(() => gone || controller.close())
      keep(task)
    },
    cancel() {
      gone = true
      over.abort()
    },
  })
}
