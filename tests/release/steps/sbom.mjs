/**
 * The software bill of materials, in CycloneDX: npm describes the package, cargo-cyclonedx the crates of its wasms, and
 * this file joins the two.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { thirdParty } from '../../tools/third-party.mjs'

const run = (cwd, program, ...args) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] })

/** References contain the address of the folder. */
export const withoutFolder = (text, root) => text.replaceAll(`path+${pathToFileURL(resolve(root)).href}`, 'wasm')

function cratesBom(root, cyclonedx) {
  const name = 'bank-mfa-crates.cdx'
  const file = join(root, `${name}.json`)
  try {
    run(
      root,
      cyclonedx,
      ...['cyclonedx', '--format', 'json', '--spec-version', '1.5', '--target', 'wasm32-unknown-unknown'],
      ...['--no-build-deps', '--features', 'calls,simulator', '--override-filename', name, '--quiet'],
    )
    return JSON.parse(withoutFolder(readFileSync(file, 'utf8'), root))
  } finally {
    rmSync(file, { force: true })
  }
}

const packageBom = (pkg) => JSON.parse(run(pkg, 'npm', 'sbom', '--sbom-format', 'cyclonedx', '--omit', 'peer'))

/** The standard library and its crates, which no tool lists. */
const library = () =>
  thirdParty()
    .filter(({ title }) => title.includes('standard library'))
    .map(({ title, licence }) => {
      const [, name, version] = /^(.+?) (\d[\w.]*)/.exec(title)
      return {
        type: 'library',
        'bom-ref': `rust:${name}@${version}`,
        name,
        version,
        licenses: [{ expression: licence }],
      }
    })

/** The joined document. */
export function makeBom(root, pkg, cyclonedx) {
  const [npm, crates, std] = [packageBom(pkg), cratesBom(root, cyclonedx), library()]
  const { component: wasm, tools } = crates.metadata
  const { component } = npm.metadata
  component.name = component['bom-ref'].replace(/@.*/, '')
  const needs = npm.dependencies.find(({ ref }) => ref === component['bom-ref'])
  needs.dependsOn.push(wasm['bom-ref'])
  const ofWasm = crates.dependencies.find(({ ref }) => ref === wasm['bom-ref'])
  ofWasm.dependsOn.push(...std.map((part) => part['bom-ref']))
  return {
    ...npm,
    metadata: { ...npm.metadata, tools: [...npm.metadata.tools, ...tools] },
    components: [...npm.components, { ...wasm, purl: undefined, components: undefined }, ...crates.components, ...std],
    dependencies: [...npm.dependencies, ...crates.dependencies],
  }
}

/** Whether a text has a folder, as a path, in an address or in a part of one. */
function hasFolder(text, root) {
  const path = resolve(root)
  return [path, pathToFileURL(path).pathname, encodeURIComponent(path)].some((spelling) => text.includes(spelling))
}

/** What is wrong with a document, or `null`: by CycloneDX's schema, and by the parts that it must have. */
export async function faultOf(text, root) {
  const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text)
  if (errors !== null) return `does not fit CycloneDX 1.5: ${JSON.stringify(errors).slice(0, 300)}`
  if (hasFolder(text, root)) return 'contains the path of the build machine'
  const named = JSON.parse(text).components.map(({ name, version }) => `${name} ${version}`)
  const missing = thirdParty().filter(({ title }) => !named.some((name) => title.startsWith(name)))
  return missing.length === 0 ? null : `lacks ${missing.map(({ title }) => title).join(', ')}`
}

export async function sbom({ root, pkg, report, tools, version }) {
  const bom = makeBom(root, pkg, tools.cyclonedx)
  const text = `${JSON.stringify(bom, null, 2)}\n`
  mkdirSync(report, { recursive: true })
  const file = `bank-mfa-${version}.cdx.json`
  writeFileSync(join(report, file), text)
  const fault = await faultOf(text, root)
  return { ok: fault === null, says: fault ?? `${bom.components.length} components in ${file}` }
}
