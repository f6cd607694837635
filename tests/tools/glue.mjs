/**
 * What the package's TypeScript needs beside wasm-bindgen's output:
 * `node tests/tools/glue.mjs <folder> <name>`.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const [folder, name] = process.argv.slice(2)
const file = (ending) => `${folder}/${name}${ending}`

// Without it TypeScript would read the glue as CommonJS.
writeFileSync(`${folder}/../package.json`, '{ "type": "module" }\n')

// A host that imports the wasm gets a module, not the instance that wasm-bindgen describes.
rmSync(file('_bg.wasm.d.ts'))
writeFileSync(file('_bg.d.wasm.ts'), 'declare const module: WebAssembly.Module\nexport default module\n')

// `Symbol.dispose` would ask every user of these types for a newer `lib` than es2022.
const types = readFileSync(file('.d.ts'), 'utf8')
writeFileSync(file('.d.ts'), types.replaceAll(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, ''))

const base64 = readFileSync(file('_bg.wasm')).toString('base64')
writeFileSync(file('_inline.d.ts'), 'declare const base64: string\nexport default base64\n')
writeFileSync(file('_inline.js'), `export default '${base64}'\n`)
