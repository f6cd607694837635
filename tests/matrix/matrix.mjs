/**
 * The matrix: a row for each runtime, browser, test runner and bundler, a column for each thing that must work in it.
 * A cell is a test, which also writes its result for the table that `make matrix` prints. A file `*.whole.test.mjs` is no
 * part of `make test`. Each file imports the packages of tests/matrix only in its tests, as table.mjs loads all files.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import test from '../lib/test.mjs'

/** What must work, as the end of a sentence that begins with the row's name. */
export const COLUMNS = {
  flinks: 'a Flinks flow over a socket ends in done',
  mx: 'an MX flow over a socket ends in done',
  both: 'the entry of both vendors restores a flow from its snapshot and ends it in done',
  slim: 'the slim entry loads its wasm from a URL and ends a flow in done',
  remote: 'a remote flow follows an edge to done',
  edge: 'an edge runs a flow that a remote flow follows to done',
  connect: 'the iframe of another origin ends a reconnect in done',
  element: 'the element takes an answer from the keyboard to done',
  'mx-slim': 'an MX flow with its wasm in a file of its own ends in done',
  react: 'the React component takes an answer from the keyboard to done',
  texts: 'the texts describe a failure in French',
  calls: 'the single calls read accounts',
  middleware: 'a Flinks flow in a middleware ends in done',
}

export const RESULTS = new URL('../../target/matrix/results/', import.meta.url)

/** Every cell, in the order of the files: `{ row, column }`. */
export const cells = []

/** Set by table.mjs, which lists the cells without running them. */
export const isListing = process.env.MATRIX_LIST === '1'

/** Throw it if a program of a row is not installed. */
export class NotHere extends Error {}

const fileOf = ({ row, column }) => new URL(`${encodeURIComponent(`${row} ${column}`)}.json`, RESULTS)
export { fileOf as resultFile }

/**
 * A row. `version` is a text, or a function that returns it or throws `NotHere`; it may be async. Returns a function that
 * adds a cell: `cell(column, run, options)`, with the options of a test.
 */
export function row(name, version) {
  let known
  return function cell(column, run, options = {}) {
    const sentence = COLUMNS[column]
    if (sentence === undefined) throw new Error(`${column} is not a column`)
    const place = { row: name, column }
    cells.push(place)
    if (isListing) return
    test(`in ${name}, ${sentence}`, options, async (t) => {
      const write = (result) => writeFileSync(fileOf(place), JSON.stringify({ ...place, ...result }))
      mkdirSync(RESULTS, { recursive: true })
      rmSync(fileOf(place), { force: true })
      try {
        known ??= Promise.resolve(typeof version === 'function' ? version() : version)
        const is = { version: await known }
        try {
          await run(t)
          write({ ...is, state: 'ok' })
        } catch (error) {
          write({ ...is, state: 'failed', reason: error.message })
          throw error
        }
      } catch (error) {
        if (error instanceof NotHere) write({ state: 'not here', reason: error.message })
        throw error
      }
    })
  }
}
