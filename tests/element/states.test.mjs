/** Every state of the element: it names itself, and axe finds no problem, on a light and on a dark page. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'
import { STATES } from './states.mjs'

for (const [name, reach] of Object.entries(STATES)) {
  test(`axe finds nothing: ${name}`, async (t) => {
    const visitor = await visit(t, { width: 390 })
    await reach(visitor)
    assert.deepEqual(await visitor.run('axe'), [])
    await visitor.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    assert.deepEqual(await visitor.run('axe', ['color-contrast']), [], 'on a dark page')
  })
}

for (const name of ['code', 'missing answers', 'long texts', 'frame', 'failed for now', 'no code']) {
  test(`nothing is wider than a small phone, and targets are large enough: ${name}`, async (t) => {
    const visitor = await visit(t, { width: 320, height: 640 })
    await STATES[name](visitor)
    const { width, small } = await visitor.page.evaluate(() => {
      const root = window.element.shadowRoot
      const targets = [...root.querySelectorAll('button, a, select, summary, label:has(input), input[id]')]
      const sizes = targets.filter((target) => target.checkVisibility()).map((target) => target.getBoundingClientRect())
      return {
        width: document.documentElement.scrollWidth,
        small: sizes.filter(({ width, height }) => width < 44 || height < 44).length,
      }
    })
    assert.deepEqual({ width, small }, { width: 320, small: 0 })
  })
}
