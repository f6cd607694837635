/**
 * Runs test files in one process, which compiles the package once and starts a browser once:
 * `node --test-force-exit run-in-one-process.mjs <file…>`. Each file also runs by itself, with `node --test`.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { LIMIT_MS } from '../lib/test.mjs'

async function load(file) {
  const error = new Error(`timeout after ${LIMIT_MS} ms: ${file} does not load`)
  let timer
  const limit = new Promise((_, reject) => (timer = setTimeout(reject, LIMIT_MS, error)))
  await Promise.race([import(pathToFileURL(resolve(file))), limit])
  clearTimeout(timer)
}

async function loadAll(files) {
  const errors = []
  for (const file of files) await load(file).catch((error) => errors.push(error.stack))
  if (errors.length > 0) throw new Error(errors.join('\n'))
}

// node:test ends a run as soon as no test is left. This test lasts until every file has added its own.
const loading = loadAll(process.argv.slice(2))
test('every test file loads', { timeout: Infinity }, () => loading)
