/** Reads the variables of an edge from where the template keeps them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command.js'

export type Environment = Record<string, string | undefined>

/**
 * The variables of the files in `varsFiles`, or without any those of `wrangler.jsonc` and `.dev.vars` of the folder. A
 * later file replaces the values of an earlier one, and the environment of this process replaces both.
 */
export function readEnvironment(folder: string, varsFiles: string[]): { env: Environment; sources: string[] } {
  for (const file of varsFiles) if (!existsSync(file)) throw new CommandError(`${file} does not exist`)
  const files = varsFiles.length > 0 ? varsFiles : ['wrangler.jsonc', '.dev.vars'].map((name) => join(folder, name))
  const sources = files.filter((file) => existsSync(file))
  const variables = sources.map((file) => {
    const text = readFileSync(file, 'utf8')
    return file.endsWith('.jsonc') ? readWrangler(file, text) : parseVars(text)
  })
  return { env: Object.assign({}, ...variables, process.env) as Environment, sources }
}

/** `NAME=value` a line, with optional quotes, `export` and comments. As in wrangler, `\"` stays as it is. */
export function parseVars(text: string): Environment {
  const line = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:'([^']*)'|`([^`]*)`|"((?:\\.|[^"\\])*)"|([^#\r\n]*))/gm
  return Object.fromEntries(
    Array.from(text.matchAll(line), ([, name = '', single, backtick, double, plain = '']) => [
      name,
      single ?? backtick ?? double?.replaceAll('\\n', '\n').replaceAll('\\r', '\r') ?? plain.trim(),
    ]),
  )
}

/** A string, a comment, or a comma before a closing bracket. */
const STRING_OR_COMMENT = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
const STRING_OR_LAST_COMMA = /("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g

function readWrangler(file: string, text: string): Environment {
  const keepStrings = (_: string, string = '') => string
  const json = text.replace(STRING_OR_COMMENT, keepStrings).replace(STRING_OR_LAST_COMMA, keepStrings)
  try {
    const { vars } = JSON.parse(json) as { vars?: Record<string, unknown> }
    // A value can be any JSON. The checks read it as text.
    const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
    return Object.fromEntries(Object.entries(vars ?? {}).map(([name, value]) => [name, toText(value)]))
  } catch {
    throw new CommandError(`${file} is not valid JSON with comments`)
  }
}
