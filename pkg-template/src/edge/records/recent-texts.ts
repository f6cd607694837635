import type { Sealer } from './seal.js'

/** How many texts a process remembers, and the longest one, in characters. A text with images of a bank is longer. */
const MAX_TEXTS = 128
const MAX_LENGTH = 16_384

/**
 * Remembers the texts that were sealed and opened last, one for each name. The store still decides: only if it returns
 * the very text that this process has sealed or opened, it is not decrypted again. In memory is nothing that the process
 * has not had before, and only for as long as others do not take its place.
 */
export function rememberTexts(sealer: Sealer): Sealer {
  const texts = new Map<string, { text: string; sealed: string }>()
  const remember = (name: string, text: string, sealed: string) => {
    texts.delete(name)
    if (sealed.length > MAX_LENGTH) return
    texts.set(name, { text, sealed })
    const [oldest] = texts.keys()
    if (texts.size > MAX_TEXTS) texts.delete(oldest!)
  }
  return {
    ...sealer,
    async seal(text, name) {
      const sealed = await sealer.seal(text, name)
      remember(name, text, sealed)
      return sealed
    },
    async open(sealed, name) {
      const recent = texts.get(name)
      if (recent?.sealed === sealed) return recent.text
      const text = await sealer.open(sealed, name)
      remember(name, text, sealed)
      return text
    },
  }
}
