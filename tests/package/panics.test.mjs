/** The check for panics finds those that are planted. The build of the package runs it on each wasm. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from '../lib/test.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, 'target/flinks')
const crates = join(built, 'wasm32-unknown-unknown/release/deps')

/** Compiles planted-panics.rs as the package's wasms are compiled, and returns the file that wasm-bindgen makes. */
function plant(folder) {
  const [library] = readdirSync(crates).filter((name) => /^libwasm_bindgen-.*\.rlib$/.test(name))
  const options = ['-Copt-level=z', '-Clto=fat', '-Ccodegen-units=1', '-Cpanic=abort', '--crate-type=cdylib']
  const from = [`--extern=wasm_bindgen=${join(crates, library)}`, `-Ldependency=${crates}`]
  const macros = `-Ldependency=${join(built, 'release/deps')}`
  const source = fileURLToPath(new URL('planted-panics.rs', import.meta.url))
  const target = ['--target=wasm32-unknown-unknown', '--edition=2021', '-o', join(folder, 'planted.wasm')]
  // The macro of wasm-bindgen asks for the crate that it is in.
  const env = { ...process.env, CARGO_PKG_NAME: 'planted', CARGO_PKG_VERSION: '0.0.0', CARGO_MANIFEST_DIR: folder }
  execFileSync('rustc', [...options, ...from, macros, ...target, source], { cwd: root, env })
  const [tool] = readdirSync(join(root, '.tools')).filter((name) => name.startsWith('wasm-bindgen-'))
  const bindgen = join(root, '.tools', tool, 'bin/wasm-bindgen')
  execFileSync(bindgen, ['--target=web', '--out-dir', folder, '--out-name=planted', join(folder, 'planted.wasm')])
  return join(folder, 'planted_bg.wasm')
}

test('the build stops at each way to fail that a wasm can reach', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-panics-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = plant(folder)
  const before = readFileSync(file)
  const { status, stderr } = spawnSync('node', [join(root, 'tests/tools/trap-on-panic.mjs'), file], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.deepEqual(readFileSync(file), before)
  const lines = stderr.split('\n').map((line) => line.trim())
  const failures = lines.map((line) => line.match(/^(.*) can (panic|throw|trap), through ([^ ]+)/)).filter(Boolean)
  assert.deepEqual(failures.map(([, , kind, from]) => [from, kind]).sort(), [
    ['abort', 'trap'],
    ['cell', 'panic'],
    ['division', 'panic'],
    ['expect', 'panic'],
    ['import', 'throw'],
    ['index', 'panic'],
    ['planted_panics::in_table', 'panic'],
    // Rust's own allocator checks what it frees.
    ['remove', 'panic'],
    ['remove', 'panic'],
    ['text', 'panic'],
    ['throw', 'throw'],
    ['unwrap', 'panic'],
  ])
  assert.ok(lines.some((line) => line === '__wbg_flowhandle_free cannot throw: remove its row'))
})
