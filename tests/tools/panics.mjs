/**
 * Lists the functions of a wasm that can panic, throw or trap: `node tests/tools/panics.mjs <wasm…>`.
 *
 * A wasm is what wasm-bindgen has written, with its names. A function counts if an export or the table of indirect calls
 * can reach it. So does a function of JavaScript that can throw. A failed allocation traps, too, and is not listed: the
 * library has one function for it and for a capacity that overflows, such as that of `Vec::with_capacity(len << 27)`.
 * Neither is a stack overflow, as JSON that is nested deeply is refused.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import binaryen from 'binaryen'

const HANDLE = '<bank_mfa::js::flow::FlowHandle as wasm_bindgen::convert::traits::'
const CELL = 'core::cell::RefCell<T>::borrow_mut'

/** What stays in a wasm: how it fails, the function, and why it never does. A row that no longer stands fails, too. */
const ALLOWED = [
  ...[
    [
      'alloc::vec::Vec<T,A>::into_boxed_slice > alloc::raw_vec::RawVecInner<A>::shrink',
      'the capacity is the larger one',
    ],
    [`__externref_table_alloc > ${CELL}`, 'the list of externrefs is borrowed only while nothing else is called'],
    [`__externref_table_dealloc > ${CELL}`, 'the same'],
  ].map((row) => ['panic', ...row]),
  ...[
    ['__wbindgen_malloc', 'a failed allocation'],
    ['__wbindgen_realloc', 'a failed allocation'],
    ['__externref_table_alloc', 'a failed allocation, of a larger table of externrefs'],
    ['__externref_table_dealloc', 'an index that the table did not give; wasm-bindgen returns each one once'],
    [`${HANDLE}RefFromWasmAbi>::ref_from_abi`, 'four billion calls of a handle at once'],
    [`${HANDLE}RefMutFromWasmAbi>::ref_mut_from_abi`, 'the same'],
  ].map((row) => ['trap', ...row]),
  ...[
    ['__wbg_flowhandle_free', 'a handle that is freed twice; its JavaScript class forgets it the first time'],
    [`${HANDLE}FromWasmAbi>::from_abi`, 'a handle that is freed during a call of it, or twice'],
    [`${HANDLE}RefFromWasmAbi>::ref_from_abi`, 'a call of a freed handle; the driver makes none'],
    [`${HANDLE}RefMutFromWasmAbi>::ref_mut_from_abi`, 'the same'],
    ['wasm_bindgen::__rt::WasmRefCell<T>::borrow', 'a call inside a call; a call runs only JSON.parse and Date.parse'],
    ['wasm_bindgen::__rt::WasmRefCell<T>::borrow_mut', 'the same'],
  ].map((row) => ['throw', ...row]),
]

/** A function of the standard library. In some names the crate has a hash. */
const library = (path) => new RegExp(String.raw`^<?(core|alloc|std|__rustc)(\[\w+\])?::(${path})`)

const LIBRARY = library('')
const ALLOCATION = library(
  '(raw_vec::(handle_error|capacity_overflow)|alloc::(handle_alloc_error|rust_oom)|__rust_alloc_error_handler$)',
)
const PANIC = library(
  [
    'panicking::panic',
    'option::(expect|unwrap)_failed',
    'result::unwrap_failed',
    'cell::panic_',
    'slice::.*_fail$',
    'str::slice_error_fail',
    '(rust_begin_unwind|rust_panic)$',
  ].join('|'),
)
const MESSAGE = new RegExp(
  String.raw`${library('fmt::|panicking::|sys::backtrace::').source}| as core(\[\w+\])?::(fmt|panic)::\w+>::`,
)
const THROW = /^wasm_bindgen::(throw_str|__rt::(throw_null|borrow_fail))/

/**
 * The imports that never throw into the wasm: JSON.parse and fetch are declared with `catch`, Date.parse returns NaN,
 * `redirect` is a property of a new object, a cast decodes a Rust string, and the table of externrefs grows by four, once.
 */
const SAFE_IMPORT = /^__wb(g_(parse|fetch|set_redirect)|indgen_(cast|init_externref_table))(_|$)/

/** A function that never returns, because of a panic or a failed allocation. */
export const isPanic = (name) => PANIC.test(name) || ALLOCATION.test(name)

/** A function that only a panic calls, as the client formats nothing with `core::fmt`. */
export const isMessage = (name) => MESSAGE.test(name)

/**
 * A function through which JavaScript would call a closure. js-sys describes callbacks that nobody uses. wasm-bindgen
 * exports the functions of those that are used, and leaves the others in the table, where nothing has their index.
 */
export const isUnusedCallback = (name, exported) =>
  /^wasm_bindgen::convert::closures::.*::invoke/.test(name) && !exported.has(name)

const list = (count, item) => Array.from({ length: count }, (_, index) => item(index))

/** The functions of a wasm, the names of those that it exports, and those that it imports by their names in the wasm. */
export function readFunctions(wasm) {
  const all = list(wasm.getNumFunctions(), (index) => wasm.getFunctionByIndex(index)).map((ref) => ({
    ref,
    ...binaryen.getFunctionInfo(ref),
  }))
  const imports = new Map(all.filter(({ module }) => module !== '').map(({ name, base }) => [name, base]))
  const functions = all
    .filter(({ module }) => module === '')
    .map((info) => ({ ...info, text: binaryen.emitText(info.body) }))
  const exports = list(wasm.getNumExports(), (index) => binaryen.getExportInfo(wasm.getExportByIndex(index)))
  const exported = exports.filter(({ kind }) => kind === binaryen.ExternalFunction).map(({ value }) => value)
  return { functions, exported: new Set(exported), imports }
}

/** The names of the functions that a body calls. */
export const callsOf = (text) =>
  [...text.matchAll(/\((?:return_)?call \$(?:"([^"]+)"|([^\s()]+))/g)].map(([, quoted, plain]) => quoted ?? plain)

/** Whether a body traps by itself, and not only after a call that never returns. */
function traps(text, neverReturns) {
  const lines = text.split('\n')
  const indent = (line) => line.search(/\S/)
  const trapsHere = (line, at) => {
    if (line.trim() !== '(unreachable)') return false
    const before = lines.slice(0, at).findLast((other) => indent(other) <= indent(line) && other.trim() !== ')')
    return indent(before ?? '') !== indent(line) || !callsOf(before).some(neverReturns)
  }
  return lines.some(trapsHere) || /\(i(32|64)\.trunc_f/.test(text)
}

/** The name without the hashes of Rust and the suffixes of wasm-bindgen. */
const plain = (name) => name.replace(/::h[0-9a-f]{16}|\[[0-9a-f]+\]|( (multivalue|externref) shim)/g, '')

/** Each way to fail that the wasm can reach: `{ kind, name, path }`. `path` has the calls that lead to the function. */
export function findPanics(wasm) {
  const { functions, exported, imports } = readFunctions(wasm)
  const byName = new Map(functions.map((info) => [info.name, info]))
  const ends = (name) => isPanic(name) || isMessage(name) || THROW.test(name)
  const neverReturns = (name) => {
    const { body, text } = byName.get(name) ?? {}
    return (
      ends(name) || (body && binaryen.getExpressionType(body) === binaryen.unreachable && !text.includes('(return'))
    )
  }
  const segments = list(wasm.getNumElementSegments(), (index) => wasm.getElementSegmentByIndex(index))
  const inTable = segments.flatMap((segment) => binaryen.getElementSegmentInfo(segment).data)
  const roots = [...exported, ...inTable].filter((name) => !isUnusedCallback(name, exported) && !ends(name))

  const paths = new Map(roots.map((name) => [name, [name]]))
  const callers = new Map()
  // The map grows while it is read: a function that is reached is read, too.
  for (const [name, path] of paths) {
    for (const callee of callsOf(byName.get(name)?.text ?? '')) {
      callers.set(callee, [...(callers.get(callee) ?? []), name])
      if (!ends(callee) && !paths.has(callee)) paths.set(callee, [...path, callee])
    }
  }

  const canThrow = (callee) => THROW.test(callee) || (imports.has(callee) && !SAFE_IMPORT.test(imports.get(callee)))
  const failures = (name) => {
    const { text } = byName.get(name) ?? { text: '' }
    const called = callsOf(text)
    return [
      ...(called.some((callee) => PANIC.test(callee)) ? ['panic'] : []),
      ...(called.some(canThrow) ? ['throw'] : []),
      ...(traps(text, neverReturns) ? ['trap'] : []),
    ]
  }
  const found = [...paths].flatMap(([name, path]) => {
    // A function of the standard library is as safe as the arguments of its caller.
    const owners = LIBRARY.test(name) ? (callers.get(name) ?? []) : []
    const names = owners.length > 0 ? owners.map((owner) => `${plain(owner)} > ${plain(name)}`) : [plain(name)]
    return failures(name).flatMap((kind) => names.map((name) => ({ kind, name, path: path.map(plain) })))
  })
  const unique = new Map(found.map((one) => [`${one.kind} ${one.name}`, one]))
  return [...unique.values()]
}

const isOf =
  ([kind, name]) =>
  (one) =>
    one.kind === kind && one.name === name

/** What is wrong with these ways to fail, as lines. */
export function findComplaints(found) {
  const isAllowed = (one) => ALLOWED.some((row) => isOf(row)(one))
  return [
    ...found
      .filter((one) => !isAllowed(one))
      .map(({ kind, name, path }) => `${name} can ${kind}, through ${[...new Set(path)].join(' > ')}`),
    ...ALLOWED.filter((row) => !found.some(isOf(row))).map(([kind, name]) => `${name} cannot ${kind}: remove its row`),
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log('May stay in a wasm, and never happens:')
  for (const [kind, name, reason] of ALLOWED) console.log(`  ${kind}  ${name}: ${reason}`)
  for (const file of process.argv.slice(2)) {
    const complaints = findComplaints(findPanics(binaryen.readBinary(readFileSync(file))))
    console.log(`${file}: ${complaints.length === 0 ? 'no other' : ''}`)
    for (const complaint of complaints) console.log(`  ${complaint}`)
    if (complaints.length > 0) process.exitCode = 1
  }
}
