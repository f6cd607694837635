/** Vercel's edge runtime, without code generation: it compiles neither strings nor bytes. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'
import { app } from './package.mjs'

/**
 * Bundles a script as users do. Resolves to its code, and to the compiled wasms by the name of the global variable in which
 * the script finds each, as Vercel's build binds them.
 */
export async function bundle(entry) {
  const modules = {}
  const bindWasm = {
    name: 'bind each wasm to a global variable',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
        return { path: join(resolveDir, path.replace('?module', '')), namespace: 'wasm' }
      })
      onLoad({ filter: /./, namespace: 'wasm' }, ({ path }) => {
        const name = `wasm_${basename(path, '.wasm')}`
        modules[name] = new WebAssembly.Module(readFileSync(path))
        return { contents: `export default ${name}` }
      })
    },
  }
  const { outputFiles } = await build({
    entryPoints: [entry],
    nodePaths: [join(app, 'node_modules')],
    conditions: ['edge-light'],
    plugins: [bindWasm],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  })
  return { initialCode: outputFiles[0].text, modules }
}

/** Starts a runtime with the code of a bundle, which finds these modules. */
export const startEdgeRuntime = ({ initialCode, modules }) =>
  new EdgeRuntime({
    initialCode,
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, modules),
  })
