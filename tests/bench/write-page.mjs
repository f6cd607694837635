/** Writes the tables and plots of the guide's page www/docs/measured.md from www/docs/bench.json. */
import { readFileSync } from 'node:fs'
import { file, writePage } from './lib/page.mjs'

writePage(JSON.parse(readFileSync(file, 'utf8')))
