/** What an edge lets pages read, in workerd, which imports the module. */
import './calls.workerd.js'

export * from '../edge/data.js'
