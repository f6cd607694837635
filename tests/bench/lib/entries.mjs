/** The entries that flows use, from the installed package. */
export { flinks, mx } from '../../lib/package.mjs'
