/** What a bundle consists of: which wasms, how often, and how many bytes. */
import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { resolve } from '../../lib/package.mjs'

const folder = join(dirname(resolve('bank-mfa')), '../wasm')
/** Every wasm of the package, as bytes and in base64. */
export const WASMS = readdirSync(folder)
  .filter((file) => file.endsWith('.wasm'))
  .map((file) => {
    const bytes = readFileSync(join(folder, file))
    return { name: basename(file, '_bg.wasm'), forms: [bytes, Buffer.from(bytes.toString('base64'))] }
  })
/** How every wasm begins, as bytes and in base64. */
const MAGIC = [Buffer.from('\0asm\x01\0\0\0'), Buffer.from('AGFzbQEAAA')]

/** The files of a build, without source maps, which only a debugger loads. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map(({ parentPath, path, name }) => readFileSync(join(parentPath ?? path, name)))

function count(content, part) {
  let found = 0
  for (let at = content.indexOf(part); at >= 0; at = content.indexOf(part, at + part.length)) found += 1
  return found
}

const countAll = (contents, parts) =>
  contents.reduce((sum, content) => sum + parts.reduce((sum, part) => sum + count(content, part), 0), 0)

/** The copies of each wasm in some files, by name. A wasm that is not the package's is `unknown`. */
export function copiesOf(contents) {
  const copies = WASMS.map(({ name, forms }) => [name, countAll(contents, forms)]).filter(([, copies]) => copies > 0)
  const unknown = countAll(contents, MAGIC) - copies.reduce((sum, [, copies]) => sum + copies, 0)
  return Object.fromEntries(unknown === 0 ? copies : [...copies, ['unknown', unknown]])
}

export const copiesIn = (folder) => copiesOf(filesIn(folder))

/** The bytes of a folder's files after brotli. */
export const brotliOf = (folder) =>
  filesIn(folder).reduce((sum, content) => sum + brotliCompressSync(content).length, 0)
