/**
 * The bundlers, each with the options that its users have. `wasm(file)` is how an app gets the address of a wasm: a statement
 * and an expression. `build(folder, entry, out)` makes a page of `<entry>.js`, and `buildServer` a script for Node.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const asUrl = (file) => ['', `new URL('${file}', import.meta.url)`]
const asModule = (file) => [`import wasm from '${file}'\n`, 'new URL(wasm, import.meta.url)']

export const tools = {
  Vite: {
    package: 'vite',
    wasm: asUrl,
    async build(folder, entry, out) {
      await vite(folder, { outDir: out, rollupOptions: { input: writePage(folder, entry) } })
      renameSync(join(out, `${entry}.html`), join(out, 'index.html'))
    },
    buildServer: (folder, entry, out) =>
      vite(folder, {
        outDir: out,
        ssr: join(folder, `${entry}.js`),
        rollupOptions: { output: { entryFileNames: 'app.mjs' } },
      }),
  },
  webpack: webpackLike('webpack', (module) => module.default),
  Rspack: webpackLike('@rspack/core', (module) => module.rspack),
  esbuild: {
    package: 'esbuild',
    wasm: asModule,
    build: (folder, entry, out) => esbuild(folder, entry, out, { loader: { '.wasm': 'file' } }),
    buildServer: (folder, entry, out) =>
      esbuild(folder, entry, out, { platform: 'node', outExtension: { '.js': '.mjs' } }),
  },
  Rollup: {
    package: 'rollup',
    wasm: asModule,
    build: (folder, entry, out) => rollup(folder, entry, join(out, 'app.js'), { browser: true }),
    buildServer: (folder, entry, out) => rollup(folder, entry, join(out, 'app.mjs'), { exportConditions: ['node'] }),
  },
  Parcel: {
    package: '@parcel/core',
    wasm: (file) => [`import wasm from 'url:${file}'\n`, 'wasm'],
    async build(folder, entry, out) {
      await parcel(folder, writePage(folder, entry), out)
      renameSync(join(out, `${entry}.html`), join(out, 'index.html'))
    },
    buildServer: (folder, entry, out) =>
      parcel(folder, join(folder, `${entry}.js`), out, {
        targets: {
          main: {
            context: 'node',
            includeNodeModules: true,
            outputFormat: 'esmodule',
            distDir: out,
            distEntry: 'app.mjs',
          },
        },
      }),
  },
}

/** Writes the page that Vite and Parcel begin with. */
function writePage(folder, entry) {
  const page = join(folder, `${entry}.html`)
  writeFileSync(page, `<!doctype html><div id="root"></div><script type="module" src="./${entry}.js"></script>`)
  return page
}

async function vite(root, options) {
  const { build } = await import('vite')
  await build({ root, configFile: false, logLevel: 'error', build: options, ssr: { noExternal: true } })
}

/** webpack, and Rspack, which takes the same options. */
function webpackLike(name, bundlerOf) {
  const build = async (folder, entry, options) => {
    const bundle = bundlerOf(await import(name))
    const compiler = bundle({
      context: folder,
      mode: 'production',
      performance: { hints: false },
      entry: `./${entry}.js`,
      ...options,
    })
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, stats) => compiler.close(() => (error ? reject(error) : resolve(stats))))
    })
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ preset: 'errors-warnings' }))
  }
  return {
    package: name,
    wasm: asUrl,
    build: (folder, entry, out) => build(folder, entry, { output: { path: out, filename: 'app.js' } }),
    buildServer: (folder, entry, out) =>
      build(folder, entry, { target: 'node', output: { path: out, filename: 'app.cjs' } }),
  }
}

async function esbuild(folder, entry, out, options) {
  const { build } = await import('esbuild')
  const entryPoints = { app: join(folder, `${entry}.js`) }
  await build({ entryPoints, outdir: out, bundle: true, minify: true, format: 'esm', logLevel: 'error', ...options })
}

async function rollup(folder, entry, file, resolveOptions) {
  const plugin = async (name) => (await import(`@rollup/plugin-${name}`)).default
  const [nodeResolve, commonjs, replace, url] = await Promise.all(
    ['node-resolve', 'commonjs', 'replace', 'url'].map(plugin),
  )
  const { rollup } = await import('rollup')
  const bundle = await rollup({
    input: join(folder, `${entry}.js`),
    external: /^node:/,
    plugins: [
      nodeResolve(resolveOptions),
      // The two that React needs.
      commonjs(),
      replace({ preventAssignment: true, values: { 'process.env.NODE_ENV': '"production"' } }),
      // An import of a wasm is the address of its file.
      url({ include: '**/*.wasm', limit: 0 }),
    ],
    onwarn(warning, warn) {
      // Rollup says this of every package with `'use client'`.
      if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
    },
  })
  await bundle.write({ file, format: 'es' })
  await bundle.close()
}

async function parcel(folder, entries, out, options) {
  const { Parcel } = await import('@parcel/core')
  // Parcel takes the folder of the lock file as the project, and reads its options from the package.json there.
  writeFileSync(join(folder, 'package-lock.json'), '{}')
  const bundler = new Parcel({
    entries,
    defaultConfig: fileURLToPath(import.meta.resolve('@parcel/config-default')),
    mode: 'production',
    env: { NODE_ENV: 'production' },
    shouldDisableCache: true,
    shouldAutoInstall: false,
    // As `parcel build` sets them.
    defaultTargetOptions: { distDir: out, shouldOptimize: true, shouldScopeHoist: true },
    ...options,
  })
  await bundler.run()
}
