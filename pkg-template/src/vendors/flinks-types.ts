/** The types of Flinks' flows. */
export type { Connected, FlinksFlows, FlinksHost } from '../flow/flinks.js'
export type {
  AuthorizeParams,
  Authorized,
  ConnectParams,
  ConnectionProof,
  FlinksConfig,
  MidSessionParams,
  ReconnectMethod,
  ReconnectParams,
  ResumeParams,
} from '../wasm/bank_mfa.js'
