/** Every simulated person, answered in the element: the flow has the same rounds and ending as without it. */
import assert from 'node:assert/strict'
import { simulator } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { texts, visit } from './fixtures.mjs'

const bank = simulator()
const NAMES = {
  flinks: bank.people.map(({ username }) => username),
  mx: bank.mx.members.map(({ name }) => name),
}

for (const [vendor, names] of Object.entries(NAMES)) {
  for (const name of names) {
    test(`${vendor}: ${name}`, async (t) => {
      const visitor = await visit(t)
      const { shown, plain, missing, repeated, drawn, failure } = await visitor.run('person', vendor, name)
      assert.deepEqual(shown, plain, 'the element changes nothing')
      assert.deepEqual([missing, repeated], [[], 0])
      const { title, sentence, action } = failure
        ? texts.describe(failure)
        : { title: texts.en.labels.doneTitle, sentence: texts.en.labels.doneSentence }
      assert.deepEqual(drawn.slice(0, 2), [title, sentence])
      assert.equal(drawn.at(-1) === action?.button, action?.button !== undefined)
    })
  }
}
