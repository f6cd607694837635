/** The edge in workerd, which imports the module. */
import './index.workerd.js'

export * from '../edge/index.js'
