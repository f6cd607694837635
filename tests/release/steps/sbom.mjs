/**
 * The software bill of materials, in CycloneDX: npm describes the package, cargo-cyclonedx the crates of its wasms, and
 * this file joins the two.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { thirdParty } from '../../tools/third-party.mjs'

const run = (cwd, program, ...args) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] })

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
    // References contain the path of the folder.
    return JSON.parse(readFileSync(file, 'utf8').replaceAll(`path+file://${root.replace(/\/$/, '')}`, 'wasm'))
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

/** What is wrong with a document, or `null`: by CycloneDX's schema, and by the parts that it must have. */
export async function faultOf(text, root) {
  const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text)
  if (errors !== null) return `does not fit CycloneDX 1.5: ${JSON.stringify(errors).slice(0, 300)}`
  if (text.includes(root)) return 'contains the path of the build machine'
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
