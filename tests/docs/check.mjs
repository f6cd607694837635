/** Checks blocks that are not compiled. */
import { parseDocument } from 'yaml'
import { checkCommands } from './commands.mjs'

const parsed = (parse) => (block) => {
  try {
    parse(block.text)
    return []
  } catch ({ message }) {
    return [`${block.file}:${block.line}: ${message}`]
  }
}

const CHECKS = {
  sh: checkCommands,
  json: parsed(JSON.parse),
  yaml: parsed((text) => {
    const [error] = parseDocument(text).errors
    if (error) throw error
  }),
}

/** The problems of a block, each with its place. */
export const check = (block) => CHECKS[block.language]?.(block) ?? []
