/** The package in Vue 3. */
import assert from 'node:assert/strict'
import { reactive, ref } from 'vue'
import test from '../lib/test.mjs'
import { LIVE, person, setup } from './setup.mjs'

test('a flow in Vue’s reactive state stays the same object', (t) => {
  const flow = setup(t).start(LIVE(person('Greatday')))
  const state = reactive({ flow })
  assert.equal(ref(flow).value, flow)
  assert.equal(state.flow, flow)
  // Through a proxy, its private fields could not be read.
  assert.equal(state.flow.current.kind, 'working')
})
