/**
 * Mutants of the Rust core. cargo-mutants lists them, and here all of them are built into one program: each function
 * has one body for each of its mutants, and the variable MUTANT chooses. A build for each mutant would take 20 times
 * as long.
 *
 *     node tests/mutants/core.mjs <cargo-mutants> <file or folder of src/> …
 *
 * With AGAIN=1, only those that the last run has missed are judged again, after a change of the tests.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [cargoMutants, ...parts] = process.argv.slice(2)
const TREE = 'target/mutants/tree'
const FEATURES = ['--profile', 'mutants', '--features', 'calls,simulator']
const CHOOSE = `
/// The number of the mutant that runs, or 0.
pub fn mutant() -> u32 {
    static MUTANT: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").map_or(0, |text| text.parse().unwrap_or(0)));
    *MUTANT
}
`

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 30, ...options })
}

function listMutants() {
  const files = parts.flatMap((part) => ['--file', part.endsWith('.rs') ? part : `${part.replace(/\/$/, '')}/**`])
  const args = ['mutants', '--config', 'tests/mutants/mutants.toml', '--list', '--json', ...files]
  const { stdout, stderr, status } = run(cargoMutants, args)
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout).map((mutant, index) => ({ ...mutant, id: index + 1 }))
}

/** The offset of a place in a text: lines and columns count from 1, and columns count characters. */
function offsets(text) {
  const lines = text.split('\n')
  const starts = [0]
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1)
  return ({ line, column }) => {
    const before = Array.from(lines[line - 1]).slice(0, column - 1)
    return starts[line - 1] + before.join('').length
  }
}

/** The mutants of a file by the outermost function that they are in. Those in no function, or in a `const fn`, stay out. */
function functionsOf(text, mutants) {
  const at = offsets(text)
  const spans = new Map()
  for (const { function: place } of mutants) {
    if (place) spans.set(at(place.span.start), at(place.span.end))
  }
  const functions = []
  for (const [start, end] of [...spans].sort(([one], [other]) => one - other)) {
    if (functions.some((outer) => start < outer.end)) continue
    const open = start + text.slice(start, end).search(/\{/)
    if (/\bconst fn\b/.test(text.slice(start, open))) continue
    functions.push({ open, end, mutants: [] })
  }
  for (const mutant of mutants) {
    const [start, end] = [at(mutant.span.start), at(mutant.span.end)]
    const owner = functions.find((one) => one.open < start && end < one.end)
    if (owner) owner.mutants.push({ ...mutant, start, end })
  }
  return functions
}

/** A file with the bodies of its mutants, and the lines of each mutant. */
function withMutants(text, mutants) {
  const lines = new Map()
  let out = ''
  let done = 0
  for (const { open, end, mutants: own } of functionsOf(text, mutants)) {
    if (own.length === 0) continue
    out += `${text.slice(done, open)}{ match crate::mutant() {\n`
    for (const mutant of own) {
      const first = out.split('\n').length
      out += `${mutant.id} => ${text.slice(open, mutant.start)} ${mutant.replacement} ${text.slice(mutant.end, end)}\n`
      lines.set(mutant.id, [first, out.split('\n').length - 1])
    }
    out += `_ => ${text.slice(open, end)}\n} }`
    done = end
  }
  return { text: out + text.slice(done), lines }
}

function write(path, text) {
  const target = join(TREE, path)
  mkdirSync(dirname(target), { recursive: true })
  let before
  try {
    before = readFileSync(target, 'utf8')
  } catch {}
  if (before !== text) writeFileSync(target, text)
}

/** Writes the tree, and returns the mutants in it, with their lines by file. */
function writeTree(mutants) {
  const listed = run('git', ['ls-files', 'src', 'tests', 'Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml']).stdout
  const lines = new Map()
  for (const path of listed.trim().split('\n')) {
    if (path.startsWith('tests/') && !path.endsWith('.rs')) continue
    let text
    try {
      text = readFileSync(path, 'utf8')
    } catch {
      continue
    }
    const own = mutants.filter((mutant) => mutant.file === path)
    if (own.length > 0) {
      const mutated = withMutants(text, own)
      lines.set(path, mutated.lines)
      text = mutated.text
    }
    write(path, path === 'src/lib.rs' ? text + CHOOSE : text)
  }
  return lines
}

function cargo(args) {
  const env = {
    ...process.env,
    CARGO_TARGET_DIR: join(process.cwd(), 'target/mutants/cargo'),
    RUSTFLAGS: '--cap-lints allow',
  }
  const { stdout, stderr, status } = run('cargo', [...args, ...FEATURES, '--message-format', 'json'], {
    cwd: TREE,
    env,
  })
  const messages = stdout.split('\n').filter((line) => line.startsWith('{'))
  return { ok: status === 0, stderr, messages: messages.map((line) => JSON.parse(line)) }
}

/** The mutants in whose lines a span of a message begins. */
const mutantsAt = (lines, { file_name: file, line_start: line }) =>
  [...(lines.get(file) ?? [])].filter(([, [first, last]]) => first <= line && line <= last).map(([id]) => id)

const idsOf = (spans, isPrimary) => spans.flatMap((span) => (span.isPrimary === isPrimary ? span.ids : []))

/** Leaves out the mutants that do not compile. */
function viable(all) {
  let mutants = all
  for (;;) {
    const lines = writeTree(mutants)
    const inTree = (mutant) => lines.get(mutant.file)?.has(mutant.id)
    mutants = mutants.filter(inTree)
    const { ok, messages, stderr } = cargo(['check', '--lib'])
    if (ok) return mutants
    const spans = messages
      .filter((one) => one.message?.level === 'error')
      .flatMap(({ message }) => message.spans)
      .map((span) => ({ isPrimary: span.is_primary, ids: mutantsAt(lines, span) }))
    // A mistake in a type can show elsewhere, with the mutant as its reason.
    const wrong = new Set([true, false].map((isPrimary) => idsOf(spans, isPrimary)).find((ids) => ids.length > 0))
    if (wrong.size === 0) {
      throw new Error(messages.map((one) => one.message?.rendered ?? '').join('') + stderr)
    }
    mutants = mutants.filter((mutant) => !wrong.has(mutant.id))
  }
}

function programs() {
  const { ok, messages, stderr } = cargo(['test', '--no-run', '--lib', '--test', 'mutants'])
  if (!ok) throw new Error(messages.map((one) => one.message?.rendered ?? '').join('') + stderr)
  const built = messages.filter((one) => one.reason === 'compiler-artifact' && one.executable)
  return built.map((one) => one.executable).reverse()
}

/**
 * `caught`, `missed`, or `timeout` if the tests need more than 5 seconds of a processor. The search of `edited.rs` stays
 * out: it takes 20 seconds, and other tests pin what it finds.
 */
function judge(id, executables) {
  for (const executable of executables) {
    const skipped = parts.some((part) => part.startsWith('src/simulator')) ? '' : '--skip simulator::'
    const { status, signal } = run(
      'bash',
      ['-c', `ulimit -t 5 -v 8000000; exec ${executable} -q --skip runs_to_an_end ${skipped}`],
      {
        cwd: TREE,
        env: { ...process.env, MUTANT: String(id) },
      },
    )
    if (signal === 'SIGXCPU' || signal === 'SIGKILL') return 'timeout'
    if (status !== 0) return 'caught'
  }
  return 'missed'
}

const LOG = 'target/mutants/core.log'
const withoutPlace = (name) => name.replace(/:\d+:\d+/, '')
let listed = listMutants()
if (process.env.AGAIN) {
  const missed = readFileSync(LOG, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('missed'))
  const names = new Set(missed.map((line) => withoutPlace(line.split('\t')[2])))
  listed = listed.filter((mutant) => names.has(withoutPlace(mutant.name)))
}
const mutants = viable(listed)
const executables = programs()
if (judge(0, executables) !== 'missed') throw new Error('the tests fail without a mutant')
const counts = { caught: 0, missed: 0, timeout: 0 }
rmSync(LOG, { force: true })
const started = Date.now()
for (const mutant of mutants) {
  const verdict = judge(mutant.id, executables)
  counts[verdict] += 1
  if (verdict !== 'caught') console.log(`${verdict}: ${mutant.name}`)
  writeFileSync(LOG, `${verdict}\t${mutant.id}\t${mutant.name}\n`, { flag: 'a' })
}
const seconds = ((Date.now() - started) / 1000 / mutants.length).toFixed(1)
console.log(
  `${listed.length} listed, ${listed.length - mutants.length} not built, ${JSON.stringify(counts)}, ${seconds} s each`,
)
