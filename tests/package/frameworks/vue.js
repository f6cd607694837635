/** A Vue app with `<bank-mfa>`: a property and an event. */
import { createApp, ref } from 'vue/dist/vue.esm-bundler.js'
import 'bank-mfa/element'
import { startFlow } from './bank.js'

const app = createApp({
  setup() {
    const flow = ref(null)
    const ending = ref('')
    return { flow, ending, start: () => (flow.value = startFlow('changing_ids')) }
  },
  template: `
    <button @click="start">Start</button>
    <bank-mfa :flow="flow" @bank-mfa-done="ending = $event.detail.result.institution"></bank-mfa>
    <output>{{ ending }}</output>`,
})
app.config.compilerOptions.isCustomElement = (tag) => tag === 'bank-mfa'
app.mount('#root')
