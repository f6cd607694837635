/** A folder in target/matrix with the sources of app/ and the installed package, as an app of a user has it. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from '../lib/package.mjs'

const target = fileURLToPath(new URL('../../target/matrix', import.meta.url))

const packages = fileURLToPath(new URL('node_modules', import.meta.url))

/**
 * Makes the folder anew, with links to these packages of the matrix beside the package. Returns its path. Each row has a
 * folder of its own.
 */
export function workspace(name, names = []) {
  const folder = join(target, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(fileURLToPath(new URL('app', import.meta.url)), folder, { recursive: true })
  cpSync(join(app, 'package.json'), join(folder, 'package.json'))
  for (const [name, from] of [['bank-mfa', join(app, 'node_modules')], ...names.map((name) => [name, packages])]) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(from, name), link)
  }
  return folder
}
