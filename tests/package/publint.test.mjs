/** What publint and Are The Types Wrong say about the tarball. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const tarball = new Uint8Array(readFileSync(process.env.BANK_MFA_TARBALL))
const { exports } = JSON.parse(readFileSync(resolve('bank-mfa/package.json'), 'utf8'))
/** The package has ES modules only. These two are what an old or CommonJS project finds instead. */
const ESM_ONLY = ['node10', 'node16-cjs']

test('publint has no suggestion, warning or error', async () => {
  const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true })
  assert.deepEqual(messages, [])
})

test('types resolve and match the code for every ES module resolution', async () => {
  const { types, problems, entrypoints } = await checkPackage(createPackageFromTarballData(tarball))
  assert.equal(types.kind, 'included')
  assert.deepEqual(Object.keys(entrypoints), Object.keys(exports), 'every entry is checked')
  const found = problems.map(({ kind, entrypoint, resolutionKind, fileName }) => ({
    ...{ kind, place: entrypoint ?? fileName, resolutionKind },
  }))
  assert.deepEqual(
    found.filter(({ resolutionKind }) => !ESM_ONLY.includes(resolutionKind)),
    [],
  )
})

test('CommonJS finds the same types, of an ES module', async () => {
  const { problems } = await checkPackage(createPackageFromTarballData(tarball))
  const kinds = problems.filter(({ resolutionKind }) => resolutionKind === 'node16-cjs').map(({ kind }) => kind)
  assert.deepEqual(new Set(kinds), new Set(['CJSResolvesToESM']))
})
