/** Checks the commands of `sh` blocks: each one that a reader copies must exist. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolve } from '../lib/package.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(root, 'tests/node_modules/.bin')
const installed = dirname(resolve('bank-mfa/package.json'))
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'tests/package.json'), 'utf8'))
const packages = new Set(['bank-mfa', ...Object.keys({ ...dependencies, ...devDependencies })])

const lines = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name)
const targets = new Set(lines(readFileSync(join(root, 'Makefile'), 'utf8'), /^([a-z-]+):.*## /gm))
const help = execFileSync('node', [join(installed, 'dist/cli/main.js'), '--help'], { encoding: 'utf8' })
const commands = new Set(lines(help, /^  ([a-z]+)/gm))

const words = (text) => text.split(/\s+/).filter((word) => word && !word.startsWith('-') && !word.includes('='))

/** What each program's first argument must be. */
const CHECKS = [
  [/\bmake (.+)/, (args) => words(args).filter((target) => !targets.has(target))],
  [
    /\bnpx bank-mfa (.+)/,
    (args) =>
      words(args)
        .slice(0, 1)
        .filter((command) => !commands.has(command)),
  ],
  [
    /\bnpx (?!bank-mfa\b)(.+)/,
    (args) =>
      words(args)
        .slice(0, 1)
        .filter((name) => !existsSync(join(bin, name))),
  ],
  [/\bnpm (?:install|i) (.+)/, (args) => words(args).filter((name) => !packages.has(name))],
  [/\bnode_modules\/bank-mfa\/(\S+)/, (path) => [path].filter((path) => !existsSync(join(installed, path)))],
]

/** The words of a `sh` block that name nothing, each with its place in the Markdown. */
export function checkCommands({ file, line, text }) {
  const problems = []
  for (const [index, source] of text.split('\n').entries()) {
    const place = `${file}:${line + index}`
    // Comments and quoted text name no program.
    const commands = source.replace(/(^|\s)#.*/, '').replace(/'[^']*'|"[^"]*"/g, '""')
    for (const command of commands.split(/&&|\||;/)) {
      for (const [pattern, check] of CHECKS) {
        const [, args] = pattern.exec(command.trim()) ?? []
        for (const word of args ? check(args) : []) problems.push(`${place}: \`${word}\` does not exist in: ${source}`)
      }
    }
  }
  try {
    execFileSync('bash', ['-n'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] })
  } catch ({ stderr }) {
    problems.push(`${file}:${line}: ${stderr}`)
  }
  return problems
}
