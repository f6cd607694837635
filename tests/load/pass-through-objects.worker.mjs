/**
 * The cost of the platform: a pass-through that stores as often as the edge, and where the edge does. Each person has an
 * object, and another one counts the person's starts. Each write sets the object's alarm, too.
 */
import passThrough from './pass-through.worker.mjs'

/** As long as a sealed record, and as a sealed counter. */
const RECORD = 'x'.repeat(1_600)
const COUNTER = 'x'.repeat(200)
const HOUR_MS = 3_600_000
/** The writes of the edge for each request of a page. */
const WRITES = { flows: 3, answer: 2 }

const nameOf = ({ url }) => url.slice(url.lastIndexOf('/') + 1)

export class FlowObject {
  #storage
  #env

  constructor({ storage }, env) {
    this.#storage = storage
    this.#env = env
  }

  async #write(version, record) {
    await Promise.all([this.#storage.put({ head: { version }, record }), this.#storage.setAlarm(Date.now() + HOUR_MS)])
    await this.#storage.sync()
  }

  async fetch(request) {
    const name = nameOf(request)
    if (name === 'count') {
      await this.#write(1, COUNTER)
      return Response.json(0)
    }
    for (let version = 1; version <= (WRITES[name] ?? 0); version++) await this.#write(version, RECORD)
    return passThrough.fetch(request, this.#env)
  }

  alarm() {}
}

export default {
  async fetch(request, { FLOWS }) {
    const user = request.headers.get('authorization')
    const object = (name) => FLOWS.get(FLOWS.idFromName(name))
    if (nameOf(request) === 'flows') {
      const counted = await object(`starts of ${user}`).fetch('https://flow/count', { method: 'POST', body: '{}' })
      await counted.json()
    }
    return object(user).fetch(request)
  },
}
