/**
 * Server-sent events as they arrive: of each piece of the stream the data of the events that it completes, often of
 * none. An event that is cut off by the end of the stream is none.
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
      // A carriage return at the end may be half of a line's end.
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      const events: string[] = []
      for (const line of lines) {
        // Comments and `id:` are passed over: the data names its version itself.
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
