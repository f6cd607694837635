/** Writes the tables of www/docs/endings.md anew, after a code or a text has changed: `node write-endings.mjs`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { page, tables, withRows } from '../docs/endings.mjs'

const text = readFileSync(page, 'utf8')
writeFileSync(
  page,
  Object.entries(tables).reduce((written, [heading, rows]) => withRows(written, heading, rows), text),
)
