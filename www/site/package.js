/**
 * The built npm package. A page with a bundler imports the same names from `bank-mfa`, `bank-mfa/connect` and
 * `bank-mfa/remote`. An import map would do the same, but it is an inline script, and this page's CSP allows none.
 */
export { flinks, mx, restore } from '/pkg/dist/entries/index.js'
export { mount, readLanding } from '/pkg/dist/entries/connect.js'
export { remote } from '/pkg/dist/entries/remote.js'
