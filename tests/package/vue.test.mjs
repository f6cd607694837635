/** The package in Vue 3. */
import assert from 'node:assert/strict'
import { reactive, ref } from 'vue'
import test from '../lib/test.mjs'
import { answerRounds, openApp } from './framework-page.mjs'
import { LIVE, person, setup } from './setup.mjs'

test('a flow in Vue’s reactive state stays the same object', (t) => {
  const flow = setup(t).start(LIVE(person('Greatday')))
  const state = reactive({ flow })
  assert.equal(ref(flow).value, flow)
  assert.equal(state.flow, flow)
  // Through a proxy, its private fields could not be read.
  assert.equal(state.flow.current.kind, 'working')
})

test('a Vue app runs a flow in <bank-mfa> with a property and an event, and nothing else', async (t) => {
  const define = {
    'process.env.NODE_ENV': '"development"',
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  }
  await answerRounds(await openApp(t, 'vue.js', { define }))
})
