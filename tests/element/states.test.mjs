import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

test('a person answers a question', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'Greatday')
  await visitor.element.getByLabel('Your answer').fill('Montreal')
  await visitor.page.keyboard.press('Enter')
  await visitor.state('done')
  assert.equal(await visitor.title(), 'Connected')
  console.log(await visitor.run('events'))
})
