/** The edge in workerd, which imports the module. */
import './workerd.js'

export * from './edge/main.js'
