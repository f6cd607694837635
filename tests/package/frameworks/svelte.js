/** A Svelte app with `<bank-mfa>`: a property and an event. */
import { mount } from 'svelte'
import App from './App.svelte'

mount(App, { target: document.getElementById('root') })
