/** A blank line, which ends an event. A carriage return at the end of a chunk may be the first half of a line end. */
const BLANK_LINE = /(?:\r\n|\n|\r(?!\n|$)){2}/

/**
 * Reads server-sent events. For each chunk of the stream it yields the data of the events that the chunk completes,
 * often none. An event that the end of the stream cuts off is dropped.
 */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<string[], void, undefined> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (rest + decoder.decode(value, { stream: true })).split(BLANK_LINE)
      rest = events.pop()!
      // Comments and `id:` are ignored: the data contains its version.
      yield events.map(dataOf).filter(Boolean)
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** The data of an event as JSON text, in which leading spaces do not matter. */
const dataOf = (event: string) =>
  event
    .split(/[\r\n]+/)
    .flatMap((line) => (line.startsWith('data:') ? line.slice(5) : []))
    .join('\n')
