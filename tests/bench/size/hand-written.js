export { default } from '../programs/flinks/hand-written.mjs'
