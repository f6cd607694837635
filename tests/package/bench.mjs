export * from './setup.mjs'
export { nextTurn as settled, untilStep as until } from './setup.mjs'
