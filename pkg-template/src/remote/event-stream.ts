/**
 * Reads server-sent events. For each chunk of the stream it yields the data of the events that the chunk completes,
 * often none. An event that the end of the stream cuts off is dropped.
 */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<string[], void, undefined> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      // A carriage return at the end may be the first half of a line end.
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      const events: string[] = []
      for (const line of lines) {
        // Comments and `id:` are ignored: the data contains its version.
        if (/^data(:|$)/.test(line)) data.push(line.replace(/^data:? ?/, ''))
        if (line !== '') continue
        if (data.length > 0) events.push(data.join('\n'))
        data = []
      }
      yield events
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}
