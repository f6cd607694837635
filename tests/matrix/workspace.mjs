/** A folder in target/matrix with the sources of app/ and the installed package, as an app of a user has it. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from '../lib/package.mjs'

const target = fileURLToPath(new URL('../../target/matrix', import.meta.url))

/** Makes the folder anew. Each row has its own, as rows run at the same time. Returns its path. */
export function workspace(name) {
  const folder = join(target, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(fileURLToPath(new URL('app', import.meta.url)), folder, { recursive: true })
  cpSync(join(app, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(app, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
