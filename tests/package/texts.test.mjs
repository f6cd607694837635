/** The texts for the person and for the developer: complete, and the same in each language. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FlowError, app, resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const { describe, developer, en, es, fill, fr } = await import(pathToFileURL(resolve('bank-mfa/texts')))

const PERSON = { en, fr, es }
const TABLES = { person: PERSON, developer }
const LANGUAGES = Object.keys(PERSON)

/** The members of a union of texts, as the types of the installed package have them. */
function union(name, file = 'wasm/bank_mfa.d.ts') {
  const types = readFileSync(join(app, 'node_modules/bank-mfa/dist', file), 'utf8')
  const [, members] = new RegExp(`export type ${name} =([^;]+);`).exec(types)
  return members.match(/[\w-]+/g)
}

const CODES = [...union('ErrorCode'), ...union('EdgeCode', 'flow/errors.d.ts')]
const NEXT = [...union('NextAction'), 'sign-in']
const KEYS = {
  codes: CODES,
  next: NEXT,
  stages: union('Stage'),
  fieldErrors: union('FieldErrorReason'),
  windowErrors: union('RedirectErrorCode'),
}

/** The path and the text of each leaf of a table. */
function leaves(table, path = '') {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}/${key}`, value]] : leaves(value, `${path}/${key}`),
  )
}

const placeholders = (text) => (text.match(/\{\w+\}/g) ?? []).sort()

test('the lists of the types are complete', () => {
  assert.ok(CODES.includes('session-expired') && CODES.includes('STALE_ROUND') && CODES.includes('RATE_LIMITED'))
  assert.deepEqual(
    [CODES.length > 40, NEXT.length, KEYS.stages.length, KEYS.fieldErrors.length, KEYS.windowErrors.length],
    [true, 9, 11, 6, 7],
  )
})

for (const language of LANGUAGES) {
  test(`${language}: each code, next action, stage and reason has its text, and nothing is left over`, () => {
    for (const [table, keys] of Object.entries(KEYS)) {
      assert.deepEqual(Object.keys(PERSON[language][table]).sort(), [...keys].sort(), table)
    }
    assert.deepEqual(Object.keys(developer[language].codes).sort(), [...CODES].sort())
    assert.deepEqual(Object.keys(developer[language].next).sort(), [...NEXT].sort())
    assert.deepEqual([PERSON[language].locale, developer[language].locale], [language, language])
  })

  for (const [reader, tables] of Object.entries(TABLES)) {
    test(`${language}: the texts for the ${reader} have the shape and the placeholders of the English ones`, () => {
      const shape = (table) => leaves(table).map(([path, text]) => [path, placeholders(text)])
      const sorted = (table) => shape(table).sort(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(sorted(tables[language]), sorted(tables.en))
    })

    test(`${language}: the texts for the ${reader} are clean text without markup`, () => {
      for (const [path, text] of leaves(tables[language])) {
        assert.match(text, /\S/, path)
        assert.equal(text, text.trim(), path)
        assert.doesNotMatch(text, /[<>&`]|\s\s|'|\.\.\./, path)
      }
    })
  }

  test(`${language}: sentences end with a full stop, titles and labels of buttons do not`, () => {
    for (const [path, text] of leaves(PERSON[language])) {
      if (/\/(sentence|next)$/.test(path) || /^\/(fieldErrors|windowErrors)\//.test(path))
        assert.match(text, /\.$/, path)
      if (/\/(title|button|now)$/.test(path)) assert.doesNotMatch(text, /\.$/, path)
    }
    for (const [path, text] of leaves(developer[language]).slice(1)) assert.match(text, /\.$/, path)
  })

  test(`${language}: no text for the person has jargon or the name of a vendor`, () => {
    const jargon =
      /flinks|\bmx\b|mfa|\bapi\b|token|jeton|login ?id|https?|webhook|server|serveur|servidor|vendor|fournisseur|proveedor|iframe|cookie|member|snapshot|aggregat|agrég|agreg|integration|intégration|integración/i
    for (const [path, text] of leaves(PERSON[language])) assert.doesNotMatch(text, jargon, path)
  })
}

test('no language repeats an English sentence', () => {
  for (const tables of Object.values(TABLES)) {
    const english = new Set(leaves(tables.en).map(([, text]) => text))
    for (const language of ['fr', 'es']) {
      const copied = leaves(tables[language]).filter(([, text]) => english.has(text))
      assert.deepEqual(copied, [])
    }
  }
})

test('a button belongs to the next actions that start a flow or sign in', () => {
  const withButton = NEXT.filter((next) => en.next[next].button !== undefined)
  assert.deepEqual(withButton.sort(), [
    'ask-credentials',
    'reconnect',
    'retry-later',
    'sign-in',
    'start-over',
    'visit-bank',
  ])
})

test('the element shows each label', () => {
  const folder = join(app, 'node_modules/bank-mfa/dist/element')
  const scripts = readdirSync(folder).filter((file) => file.endsWith('.js'))
  const words = new Set(scripts.flatMap((file) => readFileSync(join(folder, file), 'utf8').match(/\w+/g)))
  // The label of a field has the name of its part, or of its `autocomplete`.
  const parts = [...union('FieldPart'), 'one-time-code', 'username', 'current-password']
  assert.deepEqual(
    Object.keys(en.labels).filter((label) => !words.has(label) && !parts.includes(label)),
    [],
  )
})

test('the texts are plain data, so that they can be JSON', () => {
  for (const table of [...Object.values(PERSON), ...Object.values(developer)]) {
    assert.deepEqual(JSON.parse(JSON.stringify(table)), table)
  }
})

test('describe says what happened and what helps, with the action', () => {
  const failure = { code: 'session-expired', next: 'start-over' }
  assert.deepEqual(describe(failure), {
    title: en.codes['session-expired'].title,
    sentence: `${en.codes['session-expired'].sentence} ${en.next['start-over'].sentence}`,
    action: { next: 'start-over', ...en.next['start-over'] },
  })
  assert.equal(describe(failure, fr).title, fr.codes['session-expired'].title)
  assert.equal(describe(failure, es).action.button, es.next['start-over'].button)
})

test('describe takes the next action of the failure, which may differ from that of its code', () => {
  const waits = describe(new FlowError({ code: 'cancelled', next: 'retry-later', message: '' }))
  assert.equal(waits.action.next, 'retry-later')
  assert.match(waits.sentence, /later/)
})

test('describe describes every pair of a code and a next action with complete sentences', () => {
  for (const texts of Object.values(PERSON)) {
    for (const code of CODES) {
      for (const next of NEXT) {
        const { title, sentence, action } = describe({ code, next }, texts)
        assert.ok(title && /\.$/.test(sentence) && action.next === next, `${code} ${next}`)
        assert.ok(sentence.length < 250, `${code} ${next}: ${sentence}`)
      }
    }
  }
})

test('describe uses the next action for a code of a later release, and gives up at an unknown next action', () => {
  for (const code of ['brand-new', 'constructor', '__proto__']) {
    const { title, sentence, action } = describe({ code, next: 'reconnect' })
    assert.deepEqual([title, sentence, action.next], [en.next.reconnect.title, en.next.reconnect.sentence, 'reconnect'])
  }
  assert.equal(describe({ code: 'busy', next: 'toString' }).action.next, 'give-up')
})

test('a company replaces single texts by spreading', () => {
  const ours = { ...en, next: { ...en.next, 'give-up': { title: 'Call us', sentence: 'Call 555 0100.' } } }
  assert.match(describe({ code: 'refused', next: 'give-up' }, ours).sentence, / Call 555 0100\.$/)
})

test('fill replaces each placeholder that has a value', () => {
  assert.equal(fill(en.labels.image, { number: 2, count: 9 }), 'Picture 2 of 9')
  assert.equal(fill('{a} {a} {b}', { a: '{b}$&' }), '{b}$& {b}$& {b}')
  assert.equal(fill('{n}', { n: 0 }), '0')
})
