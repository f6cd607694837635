/** All tests of the demo in one process: they share its servers, the browser, and its windows. */
import { readdir } from 'node:fs/promises'

for (const file of await readdir(new URL('.', import.meta.url))) {
  if (file.endsWith('.test.mjs')) await import(`./${file}`)
}
