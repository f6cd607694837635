/** The form in the guide's page on challenges, in Chromium, with the simulator in the page. */
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from '../lib/browser.mjs'
import { fill } from '../lib/fill.mjs'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const guide = readFileSync(fileURLToPath(new URL('../../www/docs/challenges.md', import.meta.url)), 'utf8')
const [, form] = guide.match(/## A form of your own\n.*?```ts\n(.*?)```/s)

const RUN = `
  import { flinks } from 'bank-mfa'
  import { simulator } from 'bank-mfa/simulator'
  const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
  globalThis.run = async (username) => {
    const bank = simulator({ seed: 1 })
    const host = { instance: 'toolbox', customerId, authorizeToken: () => bank.token(), fetch: bank.fetch, clock: bank.clock }
    globalThis.responses = bank.people.find((person) => person.username === username).responses
    const flow = flinks.authorize({ loginId: bank.loginId(username), mostRecentCached: false }, host)
    for await (const step of flow) {
      globalThis.step = step
      if (step.kind === 'challenge') showForm(step, document.body)
    }
  }
`
const bundling = build({
  stdin: { contents: form + RUN, loader: 'ts', resolveDir: app },
  bundle: true,
  format: 'iife',
  write: false,
}).then(({ outputFiles: [{ text }] }) => text)
const browser = await launch()

/** A page in which this person's flow shows its rounds by the guide's form. */
async function open(t, username) {
  const page = await browser.newPage()
  t.after(() => page.close())
  await page.addScriptTag({ content: await bundling })
  await page.evaluate((username) => void run(username), username)
  return page
}

const nextStep = async (page) => (await page.waitForFunction('globalThis.step?.kind !== "working" && step')).jsonValue()

async function submit(page, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const controls = page.locator(`[name="${name}"]`)
    const isText = ['text', 'password'].includes(await controls.first().getAttribute('type'))
    if (isText) await controls.fill(value)
    else for (const id of [value].flat()) await page.locator(`[name="${name}"][value="${id}"]`).check()
  }
  await page.getByRole('button', { name: 'Continue' }).click()
}

for (const username of [
  'three_questions',
  'text_or_call',
  'multiple_answers',
  'image_selection',
  'new_questions',
  'mixed_types',
]) {
  test(`the form of the guide runs ${username} to the end`, async (t) => {
    const page = await open(t, username)
    for (const responses of await page.evaluate('responses')) {
      const { round } = await nextStep(page)
      assert.equal(await page.locator('form').count(), 1)
      await submit(page, fill(round, responses))
      await page.waitForFunction((number) => step.round?.number !== number, round.number)
    }
    assert.equal((await nextStep(page)).kind, 'done')
    assert.equal(await page.locator('form').count(), 0)
  })
}

test('the form of the guide marks an empty field, and says that the bank refused an answer', async (t) => {
  const page = await open(t, 'Greatday')
  await nextStep(page)
  await submit(page, {})
  await page.getByText('Please fill in every field.').waitFor()
  assert.equal(await page.locator('[name="1.1.answer"]').getAttribute('aria-invalid'), 'true')
  await submit(page, { '1.1.answer': 'wrong' })
  await page.getByText('The bank did not accept this.').waitFor()
  assert.equal(await page.locator('form').count(), 1)
})
