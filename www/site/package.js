/**
 * The package as it was built. With a bundler, or with an import map, this module would read
 * `from 'bank-mfa'`, `'bank-mfa/connect'` and `'bank-mfa/remote'`; the page's policy allows no inline script, and an import map is one.
 */
export { flinks, mx, restore } from '/pkg/dist/entries/index.js'
export { mount, readLanding } from '/pkg/dist/entries/connect.js'
export { remote } from '/pkg/dist/entries/remote.js'
