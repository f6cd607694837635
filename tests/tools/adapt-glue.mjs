/** Adapts wasm-bindgen's output for the package's TypeScript: `node tests/tools/adapt-glue.mjs <folder> <name>`. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const [folder, name] = process.argv.slice(2)
const file = (ending) => `${folder}/${name}${ending}`

// Without this file TypeScript reads the glue as CommonJS.
writeFileSync(`${folder}/../package.json`, '{ "type": "module" }\n')

// wasm-bindgen types an import of the wasm as its instance. Hosts get the module.
rmSync(file('_bg.wasm.d.ts'))
writeFileSync(file('_bg.d.wasm.ts'), 'declare const module: WebAssembly.Module\nexport default module\n')

/** What is replaced in the JavaScript. */
const REPLACEMENTS = [
  // A module that an edge runtime compiled belongs to another realm, so it is no instance of this one's class.
  ['module instanceof WebAssembly.Module', "Object.prototype.toString.call(module) === '[object WebAssembly.Module]'"],
  // The entries pass an object. Anything else is deprecated.
  [/if \(module !== undefined\) \{\n.*?\n    \}\n/s, '({module} = module)\n'],
  [/if \(module_or_path !== undefined\) \{\n.*?\n    \}\n/s, '({module_or_path} = module_or_path)\n'],
  // Streaming needs the type of a wasm, which not every server sends.
  [
    /async function __wbg_load\(module, imports\) \{\n.*?\n\}\n/s,
    `async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        const isStreamed = module.headers.get('content-type') === 'application/wasm';
        if (isStreamed) return WebAssembly.instantiateStreaming(module, imports);
        module = await module.arrayBuffer();
    }
    const loaded = await WebAssembly.instantiate(module, imports);
    return loaded.instance ? loaded : { instance: loaded };
}
`,
  ],
  // Importing an entry starts nothing: its wasm is decoded, compiled and instantiated when an export is first used. If that
  // fails, the use is refused like any other call, and the next use tries again.
  [
    'let wasmModule, wasmInstance, wasm;',
    `let wasmModule, wasmInstance, source;
const lazy = new Proxy({}, {
    get(_, name) {
        try {
            return initSync({ module: source() })[name];
        } catch (cause) {
            const message = source ? 'the wasm cannot be compiled; see cause' : 'await load() first';
            throw { code: 'host-error', next: 'fix-integration', message, cause };
        }
    },
});
let wasm = lazy;`,
  ],
  [
    /^export \{ initSync, __wbg_init as default \};\n/m,
    `function initLazily(from) {
    source = from;
}

export { initLazily, initSync, __wbg_init as default };
`,
  ],
  // There is one instance, whoever asks for it and when: a second one would take over the handles of the first.
  [/if \(wasm !== undefined\) return wasm;/g, 'if (wasm !== lazy) return wasm;'],
  ['function __wbg_finalize_init(instance, module) {\n', (start) => `${start}    if (wasm !== lazy) return wasm;\n`],
  // The package frees its objects itself.
  [/^if \(Symbol\.dispose\) .*\n/gm, ''],
  // Every wasm here exports a realloc.
  [/ {4}if \(realloc === undefined\) \{\n.*?\n {4}\}\n/s, ''],
  // Every runtime that runs this wasm, which uses reference types, has `encodeInto` and `FinalizationRegistry`.
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n.*?\n\}\n/s, ''],
  [/\(typeof FinalizationRegistry === 'undefined'\)\n *\? \{ register: .*? \}\n *: new/g, 'new'],
]
/** The short names in the wasm: `[module, name, short]` of each import that is left, and `[name, short]` of each export. */
const names = JSON.parse(readFileSync(file('.names.json'), 'utf8'))
rmSync(file('.names.json'))
const imports = new Map(names.imports.map(([, found, short]) => [found, short]))
const exports = new Map(names.exports)
const [{ module: shortModule }] = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file('_bg.wasm'))))

/** An import is a property of its own, from this line to a line that closes it. wasm-opt has removed those without a use. */
const IMPORT = /^ {8}(\w+): function\([\s\S]*?\n {8}\}.*\n/gm
const EXPORT = /\bwasm\.(\w+)/g

function shorten(text) {
  const renamed = text
    .replace(IMPORT, (code, found) => (imports.has(found) ? code.replace(found, () => imports.get(found)) : ''))
    .replace(EXPORT, (_, found) => `wasm.${exports.get(found) ?? fail(found)}`)
    .replace(`"./${name}_bg.js": `, `${shortModule}: `)
  if (/__wbg_\w+_[0-9a-f]{16}/.test(renamed)) fail('a long name')
  return renamed
}

function fail(what) {
  throw new Error(`${file('.js')}: cannot shorten ${what}`)
}

let glue = shorten(readFileSync(file('.js'), 'utf8'))
for (const [found, replacement] of REPLACEMENTS) {
  const replaced = glue.replace(found, replacement)
  if (replaced === glue) throw new Error(`${file('.js')} does not contain ${found}`)
  glue = replaced
}
writeFileSync(file('.js'), glue)

/** Of these wasms the types are those of `bank_mfa`, which has the flows of every vendor. */
const SINGLE_VENDORS = ['flinks', 'mx']

// With `Symbol.dispose` these types would need a newer `lib` than es2022, and the other two names are in `dom` only.
const types = readFileSync(file('.d.ts'), 'utf8')
  .replaceAll(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, '')
  .replace(/export interface InitOutput \{.*?\n\}/s, 'export type InitOutput = Record<string, unknown>')
  .replace(
    /\/\*\*[^/]*\*\/\nexport function initSync\(.*\n/,
    'export function initLazily(source: () => SyncInitInput): void\n',
  )
  .replaceAll(/\bRequestInfo\b/g, 'string | Request')
  .replaceAll(/\bBufferSource\b/g, 'ArrayBuffer | ArrayBufferView')
const isSingle = SINGLE_VENDORS.includes(name)
writeFileSync(
  file('.d.ts'),
  isSingle ? "export * from './bank_mfa.js'\nexport { default } from './bank_mfa.js'\n" : types,
)

const base64 = readFileSync(file('_bg.wasm')).toString('base64')
writeFileSync(file('_inline.d.ts'), 'declare const base64: string\nexport default base64\n')
writeFileSync(file('_inline.js'), `export default '${base64}'\n`)
