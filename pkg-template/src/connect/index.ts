/** What `bank-mfa/connect` exports. */
export { FlowError } from '../flow/errors.js'
export type { FlinksEvent } from './flinks.js'
export { handleLanding, readLanding, type Landing, type LandingFlow } from './landing.js'
export type { RefusedReason } from './message.js'
export { mount, type MountedFrame, type MountOptions } from './mount.js'
export type { Mountable, MountableConnect, MountableWidget } from './mount.js'
export type { MxEvent } from './mx.js'
