/**
 * The ids of a recorded run, and those of its repetition at another bank: a RequestId, a token or an OAuth state differ
 * there. They are found at the same places of the same replies.
 */

const isId = (text) => /^\S{16,}$/.test(text)

/** The ids in a JSON value, by their path. */
export function idsOf(value, path = '', ids = {}) {
  if (typeof value === 'string' && isId(value) && value.length < 2_000) ids[path] = value
  if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) idsOf(inner, `${path}/${name}`, ids)
  }
  return ids
}

export class Aliases {
  #pairs = []

  /** `recorded` and `repeated` are the ids of the same value in both runs. */
  learn(recorded, repeated) {
    for (const [path, id] of Object.entries(recorded)) {
      const other = repeated[path]
      if (other !== undefined && other !== id) this.#pairs.unshift([id, other])
    }
    // An address contains other ids.
    this.#pairs.sort(([one], [other]) => other.length - one.length)
  }

  toRepeated = (text) => this.#pairs.reduce((result, [one, other]) => result.replaceAll(one, other), text)
  toRecorded = (text) => this.#pairs.reduce((result, [one, other]) => result.replaceAll(other, one), text)
}
