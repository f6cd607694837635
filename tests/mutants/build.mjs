/** Compiles the mutated sources in the working directory, and puts them into a copy of the installed package. */
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
rmSync('app', { recursive: true, force: true })
cpSync(`${root}target/app`, 'app', { recursive: true })
// The types of the wasms are elsewhere and not needed: mutants need not fit the types.
const options = ['--project', '.', '--outDir', 'app/node_modules/bank-mfa/dist', '--noCheck', '--declaration', 'false']
try {
  execFileSync(`${root}tests/node_modules/.bin/tsc`, options, { encoding: 'utf8' })
} catch (error) {
  // It has written all files, and complains of imports that it cannot find.
  if (!/TS2307|TS7016|TS2688/.test(error.stdout)) throw new Error(error.stdout)
}
