/** All that the entries of the single calls share. */
export { FlowError } from './errors.js'
export { flinks, type Challenged } from './calls-flinks.js'
export { mx } from './calls-mx.js'
export type { AuthorizeReply, Header, MxReply, Request } from './wasm/calls.js'
