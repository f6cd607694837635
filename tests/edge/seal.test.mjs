/** Sealing: which keys, names and texts open. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { KEYS, SEAL, setup, flinksConnection, edge, page as pageOf, rightAnswers, sealer, walk } from './setup.mjs'

const { rememberTexts } = await import(
  new URL('../edge/records/recent-texts.js', pathToFileURL(resolve('bank-mfa/edge')))
)

const ROTATED = { current: 'k2', keys: KEYS }

test('a sealed text opens only for the record id that it was sealed for', async () => {
  const seal = sealer(SEAL)
  const sealed = await seal.seal('hunter2 ü', 'one')
  assert.equal(await seal.open(sealed, 'one'), 'hunter2 ü')
  assert.match(sealed, /^bm1\.k1\.[\w-]{16}\.[\w-]+$/)
  await assert.rejects(seal.open(sealed, 'another'), { code: 'SNAPSHOT_UNREADABLE' })
  assert.notEqual(await seal.seal('hunter2 ü', 'one'), sealed)
})

test('a sealed text with one changed character does not open', async () => {
  const seal = sealer({ current: 'k1', keys: KEYS })
  const sealed = await seal.seal('{"a":1}', 'one')
  for (let at = 0; at < sealed.length; at++) {
    for (const other of ['A', '.', '1']) {
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
      if (changed === sealed) continue
      const isOfAnotherKey = /^bm1\.(?!k1\.)[^.]+\.[^.]+\.[^.]+$/.test(changed)
      const wanted = isOfAnotherKey ? /^UNAVAILABLE$/ : /^SNAPSHOT_/
      await assert.rejects(seal.open(changed, 'one'), ({ code }) => wanted.test(code), changed)
    }
  }
  for (const other of ['', 'bm1', `${sealed}.`, `${sealed}A`, sealed.slice(0, -1), `${sealed}=`]) {
    await assert.rejects(seal.open(other, 'one'), { code: 'SNAPSHOT_UNREADABLE' })
  }
})

test('sealed texts open with and without the runtime’s built-in base64', async (t) => {
  const seal = sealer(SEAL)
  const texts = Array.from({ length: 100 }, (_, length) => 'ü'.repeat(length % 2) + 'x'.repeat(length))
  const sealAll = () => Promise.all(texts.map((text) => seal.seal(text, 'one')))
  const openAll = (all) => Promise.all(all.map((sealed) => seal.open(sealed, 'one')))
  const sealedWithoutBuiltIn = await sealAll()
  // This runtime may have both built in, or neither. From here on it has both.
  const calls = { toBase64: 0, fromBase64: 0 }
  define(t, Uint8Array.prototype, 'toBase64', function ({ alphabet, omitPadding }) {
    calls.toBase64++
    return Buffer.from(this).toString(alphabet) + (omitPadding ? '' : '=')
  })
  define(t, Uint8Array, 'fromBase64', (text, { alphabet }) => {
    calls.fromBase64++
    return new Uint8Array(Buffer.from(text, alphabet))
  })
  assert.deepEqual(await openAll(sealedWithoutBuiltIn), texts)
  const sealedWithBuiltIn = await sealAll()
  for (const sealed of sealedWithBuiltIn)
    await assert.rejects(seal.open(`${sealed}=`, 'one'), { code: 'SNAPSHOT_UNREADABLE' })
  assert.ok(calls.toBase64 > 0 && calls.fromBase64 > 0)
  // What `define` has replaced comes back after the test.
  Uint8Array.prototype.toBase64 = undefined
  Uint8Array.fromBase64 = undefined
  assert.deepEqual(await openAll(sealedWithBuiltIn), texts)
})

/** Defines a member of a built-in for the time of a test. */
function define(t, target, name, value) {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
  t.after(() => (before ? Object.defineProperty(target, name, before) : delete target[name]))
}

test('a sealed text of another format is refused as SNAPSHOT_VERSION, and one of none as SNAPSHOT_UNREADABLE', async () => {
  const seal = sealer(SEAL)
  const sealed = await seal.seal('text', 'one')
  for (const [format, code] of [
    ['bm0', 'SNAPSHOT_VERSION'],
    ['bm10', 'SNAPSHOT_VERSION'],
    ['xbm2', 'SNAPSHOT_UNREADABLE'],
    ['bm2x', 'SNAPSHOT_UNREADABLE'],
  ]) {
    await assert.rejects(seal.open(sealed.replace('bm1', format), 'one'), { code }, format)
  }
})

test('a text that an earlier build sealed opens, and the id that it made is the same', async () => {
  const seal = sealer(SEAL)
  const sealed = 'bm1.k1.CupOgAWjsfOc3SK8.RXQ_E4IPhqfjr3BBjRI8YEMW4Jt5MfTn7P8'
  assert.equal(await seal.open(sealed, 'one'), 'hunter2 ü')
  assert.equal(await seal.name('ann', 'c_1'), 'vvy9PpWabc8dEQJ9XIddoWX1Xa76pCowwFalpYorYHg')
})

test('two keys with the same id open and name nothing of each other', async () => {
  const [one, other] = [KEYS.k1, KEYS.k2].map((key) => sealer({ current: 'k1', keys: { k1: key } }))
  await assert.rejects(other.open(await one.seal('text', 'one'), 'one'), { code: 'SNAPSHOT_UNREADABLE' })
  assert.notEqual(await one.name('ann'), await other.name('ann'))
})

test('the derived keys cannot be read out of the runtime', async (t) => {
  const { mock } = t.mock.method(crypto.subtle, 'deriveKey')
  const seal = sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 77).toString('base64') } })
  await seal.open(await seal.seal('text', 'one'), 'one')
  const keys = await Promise.all(mock.calls.map(({ result }) => result))
  assert.deepEqual(
    keys.map(({ extractable, algorithm }) => [algorithm.name, extractable]),
    [
      ['AES-GCM', false],
      ['HMAC', false],
    ],
  )
})

test('after a rotation old keys open, the current key seals, and ids stay the same', async () => {
  const [old, rotated] = [sealer(SEAL), sealer(ROTATED)]
  assert.equal(await rotated.open(await old.seal('text', 'one'), 'one'), 'text')
  assert.match(await rotated.seal('text', 'one'), /^bm1\.k2\./)
  const unknown = { code: 'UNAVAILABLE', next: 'retry-later' }
  await assert.rejects(old.open(await rotated.seal('text', 'one'), 'one'), unknown)
  assert.equal(await rotated.name('ann', 'c_1'), await old.name('ann', 'c_1'))
  assert.notEqual(await old.name('a', 'nn'), await old.name('an', 'n'))
})

test('malformed keys are refused with their path', () => {
  const MATERIAL = 'must be 32 bytes each, as base64'
  const IDS = 'must have ids of 1 to 32 letters, digits, - or _, with at least one non-digit'
  for (const [keys, path, says] of [
    [{ current: 'k9', keys: KEYS }, '/seal/current', 'must be the id of one of the keys'],
    [{ current: 5, keys: KEYS }, '/seal', 'must be an object with current and keys, or its JSON text'],
    [{ current: 'k1' }, '/seal', 'must be an object with current and keys, or its JSON text'],
    [{ current: 'a.b', keys: { 'a.b': KEYS.k1 } }, '/seal/keys', IDS],
    [{ current: 'k'.repeat(33), keys: { ['k'.repeat(33)]: KEYS.k1 } }, '/seal/keys', IDS],
    // JavaScript would put the keys 2 and 42 first.
    [{ current: 'k1', keys: { k1: KEYS.k1, 2: KEYS.k2 } }, '/seal/keys', IDS],
    [{ current: 'k1', keys: { k1: KEYS.k1, 42: KEYS.k2 } }, '/seal/keys', IDS],
    [{ current: 'k1', keys: { k1: 5 } }, '/seal/keys/k1', 'must be 32 bytes, as base64'],
    ...['aHVudGVyMg==', 'abc', '', `${KEYS.k1}AAAA`].map((k1) => [
      { current: 'k1', keys: { k1 } },
      '/seal/keys',
      MATERIAL,
    ]),
  ]) {
    const isRefusal = (error) => error.code === 'INVALID_INPUT' && error.path === path && error.message.includes(says)
    assert.throws(() => sealer(keys), isRefusal, JSON.stringify(keys))
  }
  assert.equal(typeof sealer({ current: '2026-01', keys: { '2026-01': KEYS.k1 } }).name, 'function')
})

test('keys may be JSON text, and an error does not quote malformed text', async (t) => {
  const read = sealer(JSON.stringify(SEAL))
  assert.equal(await read.open(await sealer(SEAL).seal('text', 'one'), 'one'), 'text')
  const wrong = ['hunter2', '{"keys":{"k1":"hunter2', '"hunter2"', '{"current":"k1"}', '[]', '', undefined, null]
  for (const seal of wrong) {
    const env = setup(t, {
      connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }),
      seal: () => seal,
    })
    const refused = await env.page().start('c_1')
    assert.deepEqual([refused.status, refused.path], [500, '/seal'])
    const [{ code, message }] = env.reported.errors
    assert.deepEqual([code, message.includes('hunter2')], ['INVALID_INPUT', false])
    assert.throws(() => edge({ ...env.config, seal }), { code: 'INVALID_INPUT', path: '/seal' })
  }
  const seal = { current: 'k1', keys: { k1: 'aHVudGVyMg==' } }
  assert.throws(() => setup(t, { seal }), { code: 'INVALID_INPUT', path: '/seal/keys' })
  const short = setup(t, { seal: () => seal, resolve: () => ({}) })
  const refused = await short.page().start('c_1')
  assert.deepEqual([refused.status, refused.path, short.reported.errors.length], [500, '/seal/keys', 1])
})

test('a flow continues after a rotation of keys', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }) })
  const page = env.page()
  const challenged = await page.settled(await page.start('c_1'))
  env.config.seal = ROTATED
  assert.equal((await walk(page, challenged, rightAnswers(env))).step.kind, 'done')
  assert.match((await env.store.read(challenged.flow.split('.')[0])).sealed, /^bm1\.k2\./)
})

test('a server without the new key replies UNAVAILABLE, and continues once it has the key', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }) })
  const page = env.page()
  const late = { ...env.config, limits: { startsPerHour: 1_000 } }
  const behind = pageOf(edge(late))
  env.config.seal = ROTATED
  const challenged = await page.settled(await page.start('c_1'))
  for (const refused of [
    await behind.getState(challenged),
    await behind.start('c_1'),
    await behind.answer(challenged, 1, {}),
  ]) {
    assert.deepEqual([refused.status, refused.code, refused.next], [503, 'UNAVAILABLE', 'retry-later'])
  }
  assert.ok(
    env.reported.errors.every(({ message }) => message.includes('the seal key is not configured on this server')),
  )
  late.seal = { current: 'k1', keys: KEYS }
  assert.deepEqual(await behind.getState(challenged), challenged, 'with the key, it opens what the others have sealed')
  assert.equal((await walk(page, challenged, rightAnswers(env))).step.kind, 'done')
})

test('a stored record reveals nothing of its flow', async (t) => {
  // Names this long do not turn up in random text.
  const [user, connection] = ['annabelle.smith', 'connection_of_annabelle']
  const env = setup(t, { connections: (bank) => ({ [`${user}/${connection}`]: flinksConnection(bank, 'Greatday') }) })
  const page = env.page(user)
  const { flow } = await page.settled(await page.start(connection))
  const [id] = flow.split('.')
  const { sealed } = await env.store.read(id)
  const record = JSON.parse(await sealer(SEAL).open(sealed, id))
  assert.ok(record.tokens['1'], 'the token is in the same record')
  assert.ok(record.snapshot.includes(env.bank.loginId('Greatday')))
  for (const secret of [user, connection, record.tokens['1']]) assert.ok(!`${id}${sealed}`.includes(secret))
})

test('a record that is copied to another id does not open', async (t) => {
  const env = setup(t, {
    connections: (bank) => ({
      'ann/c_1': flinksConnection(bank, 'Greatday'),
      'bob/c_1': flinksConnection(bank, 'text_or_call'),
    }),
  })
  const [ann, bob] = [env.page('ann'), env.page('bob')]
  const hers = await ann.settled(await ann.start('c_1'))
  const his = await bob.start('c_1')
  const [[one], [two]] = [hers.flow.split('.'), his.flow.split('.')]
  const { sealed } = await env.store.read(one)
  const { version } = await env.store.read(two)
  await env.store.write(two, sealed, version, { expires: Infinity })
  const refused = await bob.getState(his)
  assert.deepEqual([refused.status, refused.code], [500, 'SNAPSHOT_UNREADABLE'])
})

test('a process decrypts a record once, and again only after another process has changed it', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'many_rounds') }) })
  const [page, other] = [env.page(), pageOf(edge({ ...env.config }))]
  const state = await page.settled(await page.start('c_1'))
  const { mock } = t.mock.method(crypto.subtle, 'decrypt')
  for (let polls = 0; polls < 5; polls++) assert.deepEqual(await page.getState(state), state)
  assert.equal(mock.callCount(), 0, 'this process has sealed the record itself')
  const next = await other.settled(await other.answer(state, 1, rightAnswers(env)(state.step.round)))
  mock.resetCalls()
  for (let polls = 0; polls < 5; polls++) assert.deepEqual(await page.getState(state), next)
  assert.equal(mock.callCount(), 1)
})

/** A process that remembers texts, and the names of the records that it has decrypted. */
function remembering() {
  const opened = []
  const process = rememberTexts({
    seal: async (text) => text,
    open: async (sealed, name) => (opened.push(name), sealed),
  })
  return { process, opened }
}

test('a process remembers the 128 records that it sealed last', async () => {
  const { process, opened } = remembering()
  const all = Array.from({ length: 128 }, (_, at) => `record ${at}`)
  for (const name of [...all, all[0]]) await process.seal('text', name)
  for (const name of all) assert.equal(await process.open('text', name), 'text')
  assert.deepEqual(opened, [])
  await process.seal('text', 'one more')
  for (const name of ['one more', all[2], all[1]]) await process.open('text', name)
  assert.deepEqual(opened, [all[1]])
})

test('a process does not remember a record of more than 16,384 characters', async () => {
  const { process, opened } = remembering()
  for (const length of [16_384, 16_385]) {
    const text = 'x'.repeat(length)
    await process.seal(text, `${length}`)
    assert.equal(await process.open(text, `${length}`), text)
  }
  assert.deepEqual(opened, ['16385'])
})
