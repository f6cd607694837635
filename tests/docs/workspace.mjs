/** A folder in which the packed tarball and the pinned packages are installed. Blocks are compiled and run there. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { app } from '../lib/package.mjs'

const pinned = fileURLToPath(new URL('../node_modules', import.meta.url))
const execute = promisify(execFile)

/** As strict as a user's project can be. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true,
}
/** JavaScript has no types, so only names, members and arguments are checked. */
const LOOSE = { strict: false }

/** Installs the packages into the folder `name` of target. */
export function createWorkspace(name) {
  const folder = fileURLToPath(new URL(`../../target/${name}`, import.meta.url))
  const modules = join(folder, 'node_modules')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(modules, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  for (const name of readdirSync(pinned)) symlinkSync(join(pinned, name), join(modules, name))
  // A copy, so that it finds React beside itself.
  cpSync(join(app, 'node_modules/bank-mfa'), join(modules, 'bank-mfa'), { recursive: true })
  return folder
}

/**
 * Compiles each block as a module of its own. Returns the errors in the blocks and in the package's types, each with the
 * place of the Markdown.
 */
export async function compile(folder, blocks) {
  const isTyped = ({ language }) => language !== 'js'
  const errors = await Promise.all([
    compileAll(folder, 'typed', STRICT, blocks.filter(isTyped)),
    compileAll(
      folder,
      'untyped',
      LOOSE,
      blocks.filter((block) => !isTyped(block)),
    ),
  ])
  return errors.flat()
}

async function compileAll(folder, name, options, blocks) {
  if (blocks.length === 0) return []
  const files = new Map()
  mkdirSync(join(folder, name))
  for (const [index, block] of blocks.entries()) {
    const file = `block-${index}.${block.language === 'tsx' ? 'tsx' : 'ts'}`
    // The declarations are on lines above the block's. A block is a module even if it imports nothing.
    const header = block.given ? `${block.given}\n` : ''
    writeFileSync(join(folder, name, file), `${header}${block.text}\nexport {}\n`)
    files.set(file, { ...block, offset: block.line - header.split('\n').length })
  }
  const compilerOptions = {
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: ['node'],
    jsx: 'react-jsx',
    verbatimModuleSyntax: true,
    isolatedModules: true,
    ...options,
  }
  writeFileSync(join(folder, name, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }))
  const program = join(pinned, '.bin/tsc')
  const output = await execute(program, ['--project', name, '--pretty', 'false'], { cwd: folder }).then(
    () => '',
    ({ stdout, message }) => stdout || message,
  )
  return output
    .split('\n')
    .map(
      (line) => /^(.*?)\((\d+),\d+\): error (.*)$/.exec(line) ?? (/^error /.test(line) ? [line, '', '', line] : null),
    )
    .filter(Boolean)
    .flatMap(([, path, line, error]) => {
      const block = files.get(basename(path))
      if (block) return [`${block.file}:${block.offset + Number(line)}: ${error}`]
      // Errors in the types of other packages are not ours.
      return path.includes('node_modules/') && !path.includes('/bank-mfa/') ? [] : [`${path} ${error}`]
    })
}

/** Runs a block in Node, and returns what it prints. */
export async function run(folder, { text, language }, name) {
  const { code } = await transform(text, { loader: language, format: 'esm', target: 'es2022', jsx: 'automatic' })
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, code)
  const { stdout, stderr } = await execute('node', [file], { cwd: folder })
  return stdout + stderr
}
