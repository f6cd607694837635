/** A mutator that knows lines, JSON and the vendors' words, as `src/mutator.rs` does. */
import { readFileSync } from 'node:fs'

const dictionary = readFileSync(new URL('../words.dict', import.meta.url), 'utf8')
const WORDS = [...dictionary.matchAll(/^"(.*)"$/gm)].map(([, word]) => word)
const MORE = ['GET /flows/$FLOW', 'POST /flows/$FLOW/answer', 'POST /flows/$FLOW/message', 'POST /flows', '---', '']

/** Random numbers of a seed: mulberry32. */
export function randomOf(seed) {
  let state = seed >>> 0
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, end)
  }
}

/** Changes an input. Some get lines of the input `other`. */
export function mutate(input, other, random) {
  const lines = input.split('\n')
  if (random(4) === 0) cross(lines, other.split('\n'), random)
  for (let times = random(3) + 1; times > 0; times--) changeLines(lines, random)
  return lines.join('\n').slice(0, 4096)
}

/** Replaces some lines by as many of another input, from the same place or any other. */
function cross(lines, others, random) {
  const from = random(others.length)
  const count = random(others.length - from) + 1
  lines.splice(random(2) === 0 ? from : random(lines.length + 1), count, ...others.slice(from, from + count))
}

const wordOf = (random) => (random(8) === 0 ? MORE[random(MORE.length)] : WORDS[random(WORDS.length)])

function changeLines(lines, random) {
  const index = random(lines.length)
  const choice = random(10)
  if (choice === 0 && lines.length > 1) lines.splice(index, 1)
  else if (choice === 1) lines.splice(index, 0, lines[index])
  else if (choice === 2) lines.splice(index, 0, wordOf(random))
  else if (choice === 3) lines.splice(index, 0, lines.splice(random(lines.length), 1)[0] ?? '')
  else lines[index] = changeLine(lines[index] ?? '', random)
}

function changeLine(line, random) {
  const start = line.search(/[{[]/)
  if (start >= 0 && random(4) > 0) {
    try {
      return line.slice(0, start) + JSON.stringify(change(JSON.parse(line.slice(start)), random))
    } catch {
      // Not JSON.
    }
  }
  // Half of the changes begin where a part of a URL, a header or JSON does.
  const parts = [...line.matchAll(/(?<=^|[&=?#/:;," ])/g)].map(({ index }) => index)
  const at = random(2) === 0 ? (parts[random(parts.length)] ?? 0) : random(line.length + 1)
  const length = random(Math.min(12, line.length - at + 1))
  const pieces = [wordOf(random), String.fromCharCode(random(0x250)), '%', '&', '=', '?', line.slice(at, at + 20)]
  return line.slice(0, at) + pieces[random(pieces.length)] + line.slice(at + length)
}

const VALUES = [null, true, false, 0, -1, 1e300, '', [], {}, '\u0000', '\ud800', '__proto__']

function change(value, random) {
  if (Array.isArray(value) && value.length > 0 && random(4) > 0) {
    const index = random(value.length)
    return value.map((item, at) => (at === index ? change(item, random) : item))
  }
  if (typeof value === 'object' && value !== null && random(4) > 0) {
    const entries = Object.entries(value)
    const index = random(entries.length + 1)
    const [name, old] = entries[index] ?? [wordOf(random), null]
    const choice = random(6)
    if (choice === 0) entries.splice(index, 1)
    else if (choice === 1) entries[index] = [wordOf(random), old]
    else if (choice === 2) entries.push([name.toLowerCase(), wordOf(random)])
    else entries[index] = [name, change(old, random)]
    return Object.fromEntries(entries)
  }
  return random(2) === 0 ? VALUES[random(VALUES.length)] : wordOf(random)
}
