/**
 * Takes a picture of every state, on a phone and a desktop, light and dark:
 * `node tests/element/screenshots.mjs FOLDER [name…]`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { visit } from './fixtures.mjs'
import { STATES } from './states.mjs'

const SCREENS = { phone: [390, 844], desktop: [1280, 800], narrow: [320, 640] }
const [folder, ...names] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
for (const name of names.length > 0 ? names : Object.keys(STATES)) {
  const visitor = await visit(undefined, { fresh: true })
  await STATES[name](visitor)
  for (const [screen, [width, height]] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark']) {
      await visitor.page.setViewportSize({ width, height })
      await visitor.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const path = join(folder, `${name.replaceAll(/\W+/g, '-')}-${screen}-${colorScheme}.png`)
      await visitor.page.screenshot({ path, fullPage: true })
    }
  }
  await visitor.page.context().close()
}
process.exit()
