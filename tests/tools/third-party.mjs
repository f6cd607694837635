/**
 * Writes the licences of all that is compiled into the package's wasms and their JavaScript:
 * `node tests/tools/third-party.mjs > <file>`. If a crate can be had under several licences, it takes the first of
 * `PREFERRED`, and fails if there is none.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Each build of the wasm, as the Makefile makes it. */
const BUILDS = [[], ...['flinks', 'mx', 'calls', 'simulator'].map((name) => ['--no-default-features', '-F', name])]
const ALL = ['--features', 'calls,simulator']
const WASM32 = 'wasm32-unknown-unknown'
const PREFERRED = ['MIT', 'Apache-2.0', 'Unicode-3.0']
/** The names of a crate's licence files. */
const FILES = {
  MIT: /^licen[cs]e([-_.]?mit)?(\.(md|txt))?$/i,
  'Apache-2.0': /^licen[cs]e[-_.]?apache(-2\.0)?(\.(md|txt))?$/i,
  'Unicode-3.0': /^licen[cs]e[-_.]?unicode(\.(md|txt))?$/i,
}
/** The crates that the standard library is built of and whose code is in a wasm. A test reads the wasms' names. */
const LIBRARY = ['hashbrown', 'rustc-demangle']

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
const rust = () => join(run('rustc', '--print', 'sysroot').trim(), 'share/doc/rust')
const decode = (html) => html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code)).replaceAll('&amp;', '&')
/** A text without trailing spaces, and without empty lines around it. */
const tidy = (text) => text.replace(/[ \t\r]+$/gm, '').replace(/^\n+|\n+$/g, '')

/** The crates that a build links, as `name@version`. Macros run in the compiler, so they are not among them. */
const linked = (build) =>
  run(
    ...['cargo', 'tree', '--locked', '--target', WASM32, '--edges', 'normal,no-proc-macro'],
    ...['--prefix', 'none', '--format', '{p}', ...build],
  )
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name, version]) => `${name}@${version.slice(1)}`)

/**
 * The licences to comply with, of an SPDX expression: of each part of an `AND`, the first one that is preferred. `null`
 * if a part has none. Throws if an `AND` is within an `OR`, which no crate has yet.
 */
export function chosen(expression) {
  const parts = expression.split(' AND ')
  const isGroup = (part) => /^(\([^()]+\)|[^() ]+)$/.test(part)
  if (parts.length > 1 && !parts.every(isGroup)) throw new Error(`cannot read the licence ${expression}`)
  const choices = parts.map((part) => part.replace(/^\(|\)$/g, '').split(/ OR |\//))
  const licences = choices.map((names) => PREFERRED.find((name) => names.includes(name)))
  return licences.includes(undefined) ? null : licences
}

function licenceOf({ name, version, license, authors, manifest_path }) {
  const licences = chosen(license ?? 'none')
  if (licences === null) throw new Error(`${name} ${version} has the licence ${license}, which is none of ${PREFERRED}`)
  const folder = dirname(manifest_path)
  const texts = licences.map((licence) => {
    const file = readdirSync(folder).find((file) => FILES[licence].test(file))
    return file === undefined ? standardText(licence, name, authors) : readFileSync(join(folder, file), 'utf8')
  })
  return { title: `${name} ${version}`, licence: licences.join(' AND '), text: texts.map(tidy).join('\n\n') }
}

/** For a crate without a licence file: the licence's standard text, with the authors that the crate names. */
function standardText(licence, name, authors) {
  const text = readFileSync(join(rust(), 'licenses', `${licence}.txt`), 'utf8')
  const holders = authors.length > 0 ? authors.join(', ') : `the authors of ${name}`
  return text.replace('<year> <copyright holders>', holders)
}

/** Rust's own document on its standard library. */
function library() {
  const [, release] = /^release: (.+)$/m.exec(run('rustc', '-vV'))
  const html = readFileSync(join(rust(), 'COPYRIGHT-library.html'), 'utf8')
  const plain = (markup) => decode(markup.replace(/<[^>]+>/g, '')).replace(/\s*\n\s*/g, '\n')
  const inTree = /<h2 id="in-tree-files">[^]*?<\/h2>([^]*?)<h2 id="out-of-tree/.exec(html)[1]
  const licence = 'MIT AND Unicode-3.0'
  const texts = licence.split(' AND ').map((name) => standardText(name, '', ['The Rust Project Developers']))
  const own = {
    title: `Rust standard library ${release}`,
    licence,
    text: [plain(inTree), ...texts].map(tidy).join('\n\n'),
  }
  return [own, ...LIBRARY.map((name) => ofLibrary(html, name))]
}

/** A crate of the standard library, whose licence file Rust's document quotes. */
function ofLibrary(html, name) {
  const section = new RegExp(`<h3>📦 ${name}-([\\d.]+)</h3>([^]*?)(?=<h3>|</body>)`).exec(html)
  const quoted = section && /<summary><code>LICENSE-MIT<\/code><\/summary>\s*<pre>([^]*?)<\/pre>/.exec(section[2])
  if (!quoted) throw new Error(`Rust's COPYRIGHT-library.html quotes no MIT licence of ${name}`)
  return { title: `${name} ${section[1]} (in Rust's standard library)`, licence: 'MIT', text: tidy(decode(quoted[1])) }
}

/** All parts with their licences, by name. */
export function thirdParty() {
  const all = new Set(BUILDS.flatMap(linked))
  const metadata = run('cargo', 'metadata', '--locked', '--format-version', '1', '--filter-platform', WASM32, ...ALL)
  const { packages, workspace_members: own } = JSON.parse(metadata)
  const crates = packages.filter(({ id, name, version }) => all.has(`${name}@${version}`) && !own.includes(id))
  return [...crates.map(licenceOf), ...library()].sort((one, other) => (one.title < other.title ? -1 : 1))
}

/** The parts as one text. Parts with the same licence text share it. */
export function print(parts) {
  const texts = new Map()
  for (const part of parts) texts.set(part.text, [...(texts.get(part.text) ?? []), part])
  const line = '-'.repeat(80)
  return [
    'bank-mfa contains code of the projects below, in its WebAssembly and in the JavaScript that loads it. Each may be',
    'used under the licence that follows its name.',
    '',
    ...[...texts].flatMap(([text, sharing]) => [
      ...[line, ...sharing.map(({ title, licence }) => `${title} · ${licence}`), line, '', text, ''],
    ]),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(print(thirdParty()))
