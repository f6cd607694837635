/**
 * Runs test files in one process, which compiles the package once and starts a browser once:
 * `together.mjs <file…>`. Each of them can also be run by itself, with `node --test`.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)))
