/** Seeded randomness. Each actor of a world has its own stream, so that one that draws less does not change the others. */

/** A number from a text: FNV-1a. */
function hash(text) {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/** A stream of random values: mulberry32. */
export function randomOf(seed, name) {
  let state = hash(`${seed} ${name}`)
  const unit = () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
  const below = (count) => Math.floor(unit() * count)
  return {
    unit,
    below,
    chance: (probability) => unit() < probability,
    /** A whole number of milliseconds, with short ones more often than long ones. */
    between: (from, to) => Math.round(from + (to - from) * unit() ** 2),
    pick: (list) => list[below(list.length)],
    /** One of the names, by their weights. */
    weighted(weights) {
      const entries = Object.entries(weights)
      let left = unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) if ((left -= weight) < 0) return name
      return entries.at(-1)[0]
    },
    fill(array) {
      for (let at = 0; at < array.length; at++) array[at] = below(256)
      return array
    },
  }
}
