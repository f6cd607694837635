/** Each bundler with each entry. */
import { addCells } from './bundlers/cells.mjs'
import { PAGES, SERVERS } from './bundlers/entries.mjs'
import { tools } from './bundlers/tools.mjs'
import { quick } from './bundlers.test.mjs'

const columns = [...Object.keys(PAGES), ...Object.keys(SERVERS)]
const others = (name) => columns.filter((column) => !quick[name]?.includes(column))
addCells(Object.fromEntries(Object.keys(tools).map((name) => [name, others(name)])))
