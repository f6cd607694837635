/** Prints plain values as JavaScript, in the style of the rest of the code. */

const LINE_LENGTH = 100

const RAW = Symbol('raw')

/** Text that is printed as it is, such as a variable. */
export const raw = (code) => ({ [RAW]: code })

/** Prints a value on one line, or else each of its entries on a line of its own. `indent` counts columns. */
export function print(value, indent = 0) {
  const line = printLine(value)
  if (indent + line.length <= LINE_LENGTH || !isObject(value)) return line
  const lines = entriesOf(value).map(([key, inner]) => entry(key, print(inner, indent + 2)))
  return `{\n${lines.map((text) => `${' '.repeat(indent + 2)}${text},\n`).join('')}${' '.repeat(indent)}}`
}

/** Prints a call, with each argument on a line of its own if one line is too short. */
export function printCall(name, values, indent = 0) {
  const line = `${name}(${values.map(printLine).join(', ')})`
  if (indent + line.length <= LINE_LENGTH) return line
  const lines = values.map((value) => `${' '.repeat(indent + 2)}${print(value, indent + 2)},\n`)
  return `${name}(\n${lines.join('')}${' '.repeat(indent)})`
}

function printLine(value) {
  if (value?.[RAW]) return value[RAW]
  if (typeof value === 'string') return quote(value)
  if (!isObject(value)) return String(value)
  const entries = entriesOf(value).map(([key, inner]) => entry(key, printLine(inner)))
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}'
}

const isObject = (value) => value !== null && typeof value === 'object' && !value[RAW]

const entriesOf = (value) => Object.entries(value).filter(([, inner]) => inner !== undefined)

function entry(key, code) {
  if (code === key) return key
  return `${/^[a-z_$][\w$]*$/i.test(key) ? key : quote(key)}: ${code}`
}

const quote = (text) => `'${text.replaceAll(/['\\\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}'`
