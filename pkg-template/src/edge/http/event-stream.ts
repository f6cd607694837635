import { isEnding } from '../../flow/steps.js'
import type { FlowService } from '../engine/service.js'
import type { FlowRef } from '../records/flow-record.js'

/** The longest silence on a stream, in milliseconds. Then a comment keeps the connection open. */
const HEARTBEAT_MS = 15_000

/** The longest life of a stream, in milliseconds. Then the page opens another one. */
const STREAM_LIFETIME_MS = 5 * 60_000

export interface StreamOptions {
  /** The last version that the page has. */
  after: number | undefined
  now: () => number
  /** Keeps the process or the worker alive while the stream runs. */
  background: (task: Promise<unknown>) => void
  /** Its signal aborts when the page disconnects. */
  request: Request
}

/** Sends each change of a flow as a server-sent event, until the flow ends or the page disconnects. */
export function eventStream(
  service: FlowService,
  ref: FlowRef,
  { after, now, background, request }: StreamOptions,
): ReadableStream<Uint8Array> {
  const stopped = new AbortController()
  request.signal.addEventListener('abort', () => stopped.abort())
  if (request.signal.aborted) stopped.abort()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      const run = async () => {
        const end = now() + STREAM_LIFETIME_MS
        let lastVersion = after
        do {
          const { version, step } = await service.getState(ref, lastVersion, HEARTBEAT_MS, stopped.signal)
          send(version === lastVersion ? ':\n\n' : `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
          lastVersion = version
          if (isEnding(step)) return
          // Node's fetch aborts the signal of a request only as long as something refers to the request: this line does.
        } while (now() < end && !stopped.signal.aborted && !request.signal.aborted)
      }
      const task = run().finally(() => controller.close())
      // An error ends the stream: the page retries, and gets the error as a reply. So does a write after the page has left.
      background(task.catch(() => {}))
    },
    cancel: () => stopped.abort(),
  })
}
