/** Adapts wasm-bindgen's output for the package's TypeScript: `node tests/tools/adapt-glue.mjs <folder> <name>`. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const [folder, name] = process.argv.slice(2)
const file = (ending) => `${folder}/${name}${ending}`

// Without this file TypeScript reads the glue as CommonJS.
writeFileSync(`${folder}/../package.json`, '{ "type": "module" }\n')

// wasm-bindgen types an import of the wasm as its instance. Hosts get the module.
rmSync(file('_bg.wasm.d.ts'))
writeFileSync(file('_bg.d.wasm.ts'), 'declare const module: WebAssembly.Module\nexport default module\n')

// A module that an edge runtime compiled belongs to another realm, so it is no instance of this one's class.
const glue = readFileSync(file('.js'), 'utf8')
const check = 'module instanceof WebAssembly.Module'
if (!glue.includes(check)) throw new Error(`${file('.js')} does not contain ${check}`)
const checkOfAnyRealm = "Object.prototype.toString.call(module) === '[object WebAssembly.Module]'"
writeFileSync(file('.js'), glue.replace(check, checkOfAnyRealm))

// With `Symbol.dispose` these types would need a newer `lib` than es2022, and the other two names are in `dom` only.
const types = readFileSync(file('.d.ts'), 'utf8')
  .replaceAll(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, '')
  .replaceAll(/\bRequestInfo\b/g, 'string | Request')
  .replaceAll(/\bBufferSource\b/g, 'ArrayBuffer | ArrayBufferView')
writeFileSync(file('.d.ts'), types)

const base64 = readFileSync(file('_bg.wasm')).toString('base64')
writeFileSync(file('_inline.d.ts'), 'declare const base64: string\nexport default base64\n')
writeFileSync(file('_inline.js'), `export default '${base64}'\n`)
