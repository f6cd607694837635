import { invalidInput } from '../../flow/errors.js'
import { readChunks } from './body.js'

/**
 * Reads strings from the top level of a request's JSON object, and no further than the last of them: a vendor's body
 * can be long. It checks only the syntax that this needs, because the body is untrusted in any case. Strings that the
 * body does not have are left out.
 */
export async function readStrings(
  request: Request,
  names: readonly string[],
  maxBytes: number,
): Promise<Record<string, string>> {
  const finder = new StringFinder(names)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of readChunks(request, maxBytes)) {
    try {
      if (finder.add(decoder.decode(chunk, { stream: true }))) return finder.found
    } catch {
      break
    }
  }
  throw invalidInput('/body', 'must be a JSON object')
}

/** Finds strings in the text of a JSON object that comes in parts. */
class StringFinder {
  readonly found: Record<string, string> = {}
  readonly #names: readonly string[]
  #missing: number
  #depth = 0
  /** The string that is being read, as JSON without its closing quote; `null` outside strings. */
  #string: string | null = null
  #isEscaped = false
  /** The last string of the top level, and the key whose value is being read. */
  #last: string | null = null
  #key: string | null = null

  constructor(names: readonly string[]) {
    this.#names = names
    this.#missing = names.length
  }

  /** Whether all strings are found, or the object has ended. Throws if the text is not a JSON object. */
  add(part: string): boolean {
    for (const character of part) {
      if (this.#string !== null) this.#readString(character)
      else if (this.#depth === 0 && !' \t\r\n{'.includes(character)) throw new SyntaxError()
      else if (character === '"') this.#string = character
      else if ('{['.includes(character)) this.#depth++
      else if ('}]'.includes(character)) this.#depth--
      else if (character === ':') this.#key = this.#last
      else if (character === ',') this.#key = null
      const hasEnded = this.#depth === 0 && '}]'.includes(character)
      if (hasEnded || this.#missing === 0) return true
    }
    return false
  }

  #readString(character: string): void {
    const isEnd = character === '"' && !this.#isEscaped
    this.#isEscaped = character === '\\' && !this.#isEscaped
    // Strings further down are only skipped.
    if (this.#depth === 1) this.#string += character
    if (!isEnd) return
    if (this.#depth === 1) this.#keep(JSON.parse(`${this.#string}`) as string)
    this.#string = null
  }

  #keep(text: string): void {
    if (this.#key === null) this.#last = text
    else if (this.#names.includes(this.#key) && this.found[this.#key] === undefined) {
      this.found[this.#key] = text
      this.#missing--
    }
  }
}
