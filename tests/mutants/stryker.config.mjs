/**
 * Stryker puts all mutants of a part into the sources at once, and one environment variable chooses the one that is
 * active. So TypeScript compiles once, and the wasms not at all.
 */
import { fileURLToPath } from 'node:url'
import { partOf } from './parts.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const { mutate } = partOf(process.env.PART)
const report = mutate[0].replace(/^src\/|\/\*\*.*$|\.ts$/g, '').replaceAll('/', '-')

export default {
  mutate,
  testRunner: 'one-process',
  coverageAnalysis: 'perTest',
  buildCommand: `node ${here('build.mjs')}`,
  plugins: [here('runner.mjs'), here('messages.mjs')],
  ignorers: ['messages'],
  checkers: [],
  concurrency: 1,
  // A mutant that loops for ever can fill all memory before its time limit, because no timer runs meanwhile.
  testRunnerNodeArgs: ['--max-old-space-size=1200'],
  timeoutMS: 8_000,
  timeoutFactor: 2,
  disableTypeChecks: true,
  // Stryker would rewrite the paths in it, with an API that TypeScript 7 does not have.
  tsconfigFile: 'none',
  symlinkNodeModules: false,
  tempDirName: here('../../target/mutants'),
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: here(`../../target/mutants/${report}.json`) },
  allowConsoleColors: false,
}
