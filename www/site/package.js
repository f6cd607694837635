/**
 * The built npm package. A page with a bundler imports the same names from `bank-mfa` and its entries. An import map
 * would do the same, but it is an inline script, and this page's CSP allows none.
 */
export { flinks, mx, restore } from './pkg/dist/entries/index.js'
export { readLanding } from './pkg/dist/entries/connect.js'
export { remote } from './pkg/dist/entries/remote.js'
export { developer, en, es, fr } from './pkg/dist/entries/texts.js'
import './pkg/dist/entries/element.js'

/** Loaded only where no server runs the simulated banks. */
export const loadSimulator = () => import('./pkg/dist/entries/simulator.js')
