/** What an app ships, as `make size` counts it. */
import { build } from 'esbuild'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { brotliCompressSync } from 'node:zlib'

/** How an app for browsers is bundled. */
export const BROWSER = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  loader: { '.wasm': 'file' },
}

/**
 * Bundles `entry` into the folder `shipped`; `options` are more of esbuild's. Returns each of its files, with the bytes
 * before and after brotli.
 */
export async function sizesOf(entry, shipped, options = {}) {
  rmSync(shipped, { recursive: true, force: true })
  await build({
    entryPoints: [entry],
    outdir: shipped,
    ...BROWSER,
    ...options,
    logLevel: 'warning',
  })
  return readdirSync(shipped)
    .sort()
    .map((file) => {
      const content = readFileSync(`${shipped}/${file}`)
      // Node's default quality, 11, is the highest.
      return { file: basename(file), raw: content.length, brotli: brotliCompressSync(content).length }
    })
}

export const sum = (sizes, key) => sizes.reduce((total, size) => total + size[key], 0)
