export { app, nextTurn as settled, resolve, untilStep as until } from './setup.mjs'
