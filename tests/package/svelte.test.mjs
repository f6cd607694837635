/** The package in Svelte 5. */
import { readFile } from 'node:fs/promises'
import { compile } from 'svelte/compiler'
import test from '../lib/test.mjs'
import { answerRounds, openApp } from './framework-page.mjs'

/** Compiles components, as Svelte's own plugins for bundlers do. */
const svelte = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js, warnings } = compile(await readFile(path, 'utf8'), { filename: path, generate: 'client', dev: true })
      return { contents: js.code, warnings: warnings.map(({ message }) => ({ text: message })) }
    })
  },
}

test('a Svelte app runs a flow in <bank-mfa> with a property and an event, and nothing else', async (t) => {
  const page = await openApp(t, 'svelte.js', { plugins: [svelte], conditions: ['svelte'] })
  await answerRounds(page)
})
