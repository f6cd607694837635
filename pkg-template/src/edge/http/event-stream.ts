import { isEnding } from '../../flow/steps.js'
import type { FlowService } from '../engine/service.js'
import type { FlowRef } from '../records/flow-record.js'

/** After how long without an event a comment keeps the connection open, in milliseconds. */
const HEARTBEAT_MS = 15_000

/** The longest life of a stream, in milliseconds. Then the page opens another one. */
const STREAM_LIFETIME_MS = 5 * 60_000

export interface StreamOptions {
  /** The last version that the page has. */
  after: number | undefined
  now: () => number
  /** Keeps the process or the worker alive while the stream runs. */
  background: (task: Promise<unknown>) => void
  /** Aborts when the page leaves. */
  signal: AbortSignal
}

/** Sends each change of a flow as a server-sent event, until the flow ends or the page leaves. */
export function eventStream(
  service: FlowService,
  ref: FlowRef,
  { after, now, background, signal }: StreamOptions,
): ReadableStream<Uint8Array> {
  let isCancelled = false
  const over = new AbortController()
  signal.addEventListener('abort', () => over.abort())
  if (signal.aborted) over.abort()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      const run = async () => {
        const end = now() + STREAM_LIFETIME_MS
        let seen = after
        do {
          const { version, step } = await service.look(ref, seen, HEARTBEAT_MS, over.signal)
          if (isCancelled) return
          send(version === seen ? ':\n\n' : `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
          seen = version
          if (isEnding(step)) return
        } while (now() < end && !over.signal.aborted)
      }
      // An error ends the stream. The page asks again, and gets the error as a reply.
      const task = run()
        .catch(() => {})
        .finally(() => isCancelled || controller.close())
      background(task)
    },
    cancel() {
      isCancelled = true
      over.abort()
    },
  })
}
