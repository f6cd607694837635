/** The store that the edges share: a table with a compare-and-set, behind a network of its own. */

const [SLOW_MIN_MS, SLOW_MAX_MS] = [500, 20_000]

export class Store {
  #world
  #random
  records = new Map()
  /** The call whose effect happens now: whether the process learns nothing of it, and how late it is. */
  #effect

  constructor(world) {
    this.#world = world
    this.#random = world.stream('store')
  }

  /** The connection of one process to the store. */
  connection(life) {
    const { records } = this
    const { clock } = this.#world
    const call = (name, effect) => life.guard((...args) => this.#call(name, () => effect(...args)))
    return {
      read: call('read', (id) => {
        const found = records.get(id)
        return found ? { sealed: found.sealed, version: found.version } : null
      }),
      write: call('write', (id, sealed, expectedVersion, { due = Infinity, expires }) => {
        const version = records.get(id)?.version ?? 0
        if (version !== expectedVersion) return false
        records.set(id, { sealed, version: version + 1, due, expires })
        this.#world.witness.onRecord(id, sealed, this.#effect)
        return true
      }),
      remove: call('remove', (id) => void records.delete(id)),
      due: call('due', (now, limit) =>
        [...records].flatMap(([id, { due }]) => (due <= now ? [id] : [])).slice(0, limit),
      ),
      purge: call('purge', () => {
        for (const [id, { expires }] of records) {
          if (expires > clock.now()) continue
          records.delete(id)
          this.#world.witness.onPurge(id)
        }
      }),
    }
  }

  /** When a sweep would find something to do. */
  nextDue() {
    let next = Infinity
    for (const { due, expires } of this.records.values()) next = Math.min(next, due, expires)
    return next
  }

  async #call(name, effect) {
    const { clock } = this.#world
    const happens = (fault) => this.#world.happens('store', fault, this.#random)
    const slow = happens('store is slow') ? this.#random.between(SLOW_MIN_MS, SLOW_MAX_MS) : 0
    const refuses = happens('store refuses')
    const losesReply = name === 'write' && happens('store loses an acknowledgement')
    await clock.wait(this.#random.below(4) + slow)
    if (refuses) throw this.#world.fault('the store is not available')
    this.#effect = { isLost: losesReply, lateMs: slow }
    const outcome = effect()
    // Whoever reads learns what was true a moment ago, whatever happens in the meantime.
    if (name === 'write') await clock.wait(this.#random.below(4))
    if (losesReply) throw this.#world.fault('the connection to the store was lost')
    return outcome
  }
}
