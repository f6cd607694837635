/** Keeps what belongs to a session, by its name. Beyond 64 sessions it drops the least recently used one. */
export class Sessions {
  #create
  /** A `Map` keeps the order of insertion, so the first entry is the least recently used. */
  #byName = new Map()

  /** @param create makes what belongs to a new session, from its name */
  constructor(create) {
    this.#create = create
  }

  open(name) {
    const session = this.#byName.get(name) ?? this.#create(name)
    this.#byName.delete(name)
    this.#byName.set(name, session)
    if (this.#byName.size > 64) this.#byName.delete(this.#byName.keys().next().value)
    return session
  }

  all() {
    return [...this.#byName.values()]
  }
}
