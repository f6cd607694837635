/** What a command is, and how its arguments are read. */
import { parseArgs } from 'node:util'

/** One option of a command. Without `value` it takes none. */
export interface Option {
  /** What stands for the value in the help, such as `<port>`. */
  value?: string
  help: string
}

/** The values of the options that were given, by name. An option can be given several times. */
export type Values = Record<string, string[]>

export interface Command {
  /** What follows the name, such as `edge [folder]`. */
  usage: string
  /** One line for the list of commands. */
  summary: string
  /** What the command does, as paragraphs. */
  details: string
  options: Record<string, Option>
  /** How many arguments that are no options it takes at most. */
  maxArguments: number
  /** Returns the exit code. */
  run(values: Values, args: string[]): Promise<number>
}

/** A mistake in the arguments: exit code 2. */
export class UsageError extends Error {}

/** A command that could not do its work: exit code 1, and the message without a stack. */
export class CommandError extends Error {}

/** Options that every command has, with their short names. */
export const COMMON_OPTIONS = { help: 'h', version: 'v' } as const

/** Splits arguments into options and the rest. Throws a `UsageError` that names the first mistake. */
export function readArguments(
  argv: string[],
  options: Record<string, Option>,
  maxArguments: number,
): { values: Values; args: string[] } {
  const common = Object.entries(COMMON_OPTIONS).map(([name, short]) => [name, { type: 'boolean' as const, short }])
  const own = Object.entries(options).map(([name, { value }]) => [
    name,
    { type: value ? 'string' : 'boolean' } as const,
  ])
  const known = Object.fromEntries([...common, ...own])
  const { tokens } = parseArgs({ args: argv, options: known, strict: false, allowPositionals: true, tokens: true })
  const values: Values = {}
  const args: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    if (!option) throw new UsageError(`unknown option ${rawName}${didYouMean(name, Object.keys(known), '--')}`)
    if (option.type === 'string' && !value) throw new UsageError(`${rawName} needs a value`)
    if (option.type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value`)
    values[name] = [...(values[name] ?? []), value ?? '']
  }
  const extra = args[maxArguments]
  if (extra !== undefined && !values['help']) throw new UsageError(`unexpected argument ${extra}`)
  return { values, args }
}

/** Returns `. Did you mean …?` if a known name is similar to `name`, and otherwise an empty text. */
export function didYouMean(name: string, known: string[], prefix = ''): string {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate) }))
    .filter(({ candidate, distance }) => distance <= 2 || candidate.startsWith(name))
    .sort((a, b) => a.distance - b.distance)
  return best ? `. Did you mean ${prefix}${best.candidate}?` : ''
}

/** How many characters must be changed, added or removed to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...to].entries()) {
      next.push(Math.min(row[column + 1]! + 1, next[column]! + 1, row[column]! + (character === other ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]!
}
