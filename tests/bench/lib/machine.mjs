/** The machine of a run, without its name and paths, and the versions of the programs that the bench compares. */
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

export const machine = () => ({
  cpu: cpus()[0].model.trim(),
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
})

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

export const versions = () => read('../package.json').devDependencies
