/** Copies of the app into which the package is installed: another build of the same release, or a changed one. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The release whose records have the next format. */
export const NEXT_FORMAT = {
  'edge/records/flow-record.js': [[/(?<=export const FORMAT = )\d+/, (format) => Number(format) + 1]],
}

/**
 * Copies an app to a folder. `patches` are by file of the package: a text or an expression, which must be there once, and
 * what replaces it.
 */
export function copyApp(app, folder, patches = {}) {
  rmSync(folder, { recursive: true, force: true })
  // Other tests have folders of their own in an app, which come and go.
  for (const part of ['package.json', 'node_modules']) {
    cpSync(join(app, part), join(folder, part), { recursive: true, dereference: true })
  }
  for (const [file, replacements] of Object.entries(patches)) {
    const path = join(folder, 'node_modules/bank-mfa/dist', file)
    let text = readFileSync(path, 'utf8')
    for (const [from, to] of replacements) {
      if (text.split(from).length !== 2) throw new Error(`${file} must contain once: ${from}`)
      text = text.replace(from, to)
    }
    writeFileSync(path, text)
  }
  return folder
}
