/** Rewrites what is stored as another release would have written it. */

/** A snapshot with another version and its checksum: 32-bit FNV-1a over the text without the sum. */
export function snapshotOfVersion(snapshot, version) {
  const text = snapshot.replace(/,"sum":\d+}$/, '}').replace(/^{"v":\d+,/, `{"v":${version},`)
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return text.replace(/}$/, `,"sum":${sum}}`)
}

/** The sealed text of a row, or of an object. */
export const sealedIn = ({ sealed, entries }) =>
  sealed ?? Array.from({ length: entries.head.parts }, (_, part) => entries[`part ${part}`]).join('')

/** The same with another sealed text, which fits into one part. */
export function withSealed(stored, sealed) {
  if (stored.sealed !== undefined) return { ...stored, sealed }
  const { head } = stored.entries
  return { ...stored, entries: { head: { ...head, parts: 1 }, 'part 0': sealed } }
}

/** Opens what is stored under `id`, changes the record, and seals it again. */
export async function edited(seal, { id, stored }, change) {
  const record = JSON.parse(await seal.open(sealedIn(stored), id))
  return withSealed(stored, await seal.seal(JSON.stringify(change(record)), id))
}
