/** The texts of the element: none is in its code, each is used, and each language is drawn. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import test from '../lib/test.mjs'
import { texts, visit } from './fixtures.mjs'
import { STATES } from './states.mjs'

const folder = new URL('../../pkg-template/src/element/', import.meta.url)
const sources = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
)
/** Without comments and style. */
const code = Object.entries(sources)
  .filter(([name]) => name !== 'style.ts')
  .map(([, source]) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))
  .join('\n')

test('no text for the person is in the code of the element', () => {
  const literals = [...code.matchAll(/'([^'\n]*)'|`([^`]*)`/g)].map(([, plain, template]) => plain ?? template)
  assert.ok(literals.length > 50)
  // A sentence or a label has a capital letter, or a space between words of letters.
  const allowed =
    /^[\w.-]*$|^\.\.?\/|^\[|^button |^options? \w+$|^ $|^\$\{|^input,select|^_blank$|^bank-mfa-|data:image/
  assert.deepEqual(
    literals.filter((literal) => !allowed.test(literal) || /^[A-Z][a-z]/.test(literal)),
    [],
  )
  assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/)
})

const FEW = [
  'code',
  'refused',
  'missing answers',
  'delivery',
  'credentials',
  'polling',
  'window',
  'failed for now',
  'done',
]

for (const language of ['fr', 'es']) {
  for (const name of FEW) {
    test(`${language}: ${name}`, async (t) => {
      const visitor = await visit(t)
      await STATES[name](visitor)
      const own = () =>
        visitor.page.evaluate(() => {
          const all = window.element.shadowRoot.querySelectorAll('h2, p, button, label, summary, [role=alert]')
          return [...all].filter((one) => !one.closest('[part~=options]')).map(({ textContent }) => textContent)
        })
      const english = await own()
      await visitor.run('language', language)
      const translated = await own()
      assert.equal(await visitor.element.locator('[part=box]').getAttribute('lang'), language)
      assert.deepEqual(
        translated.filter((text, index) => text !== '' && text === english[index]),
        [],
        'every text is translated',
      )
      assert.deepEqual(await visitor.run('axe', ['valid-lang', 'label', 'button-name']), [])
    })
  }
}

test('a text of the app replaces one of the element', async (t) => {
  const visitor = await visit(t)
  await STATES.question(visitor)
  await visitor.page.evaluate(() => {
    const { en } = window.harness.texts
    window.element.texts = { ...en, labels: { ...en.labels, send: 'Off it goes' } }
  })
  await visitor.button('Off it goes').waitFor()
})

test('English replaces a table or an entry that the texts of the app do not have', async (t) => {
  const visitor = await visit(t)
  await STATES.question(visitor)
  await visitor.page.evaluate(() => {
    const { fr } = window.harness.texts
    const { send, ...labels } = fr.labels
    window.element.texts = { locale: 'fr', labels, codes: {} }
  })
  await visitor.button('Send').waitFor()
  await visitor.element.getByLabel('Votre réponse').waitFor()
  await STATES['failed for now'](visitor)
  const [title, sentence] = [await visitor.title(), await visitor.element.locator('[part=text]').first().textContent()]
  assert.ok(title !== '' && sentence !== '')
})
