/** The secrets of a world, and the search for them where they must not be. */

/** What a user types. A wrong answer is unique and has this form. */
const ANSWER = /zq[0-9a-f]{12}/
/** Passwords and right answers, as far as no vendor's text contains them. */
const TYPED = ['Everyday', 'Montreal', 'Tremblay', 'Lakeside']

export class Secrets {
  #keys = []
  #typed = new RegExp([ANSWER.source, ...TYPED].join('|'))
  #tokens = []

  /** The keys of the company. */
  addKeys({ secretKey, keys, mx }) {
    this.#keys.push(secretKey, keys.apiKey, keys.bearer, mx.key.apiKey, btoa(`${mx.key.clientId}:${mx.key.apiKey}`))
    for (const user of ['ann', 'bob']) this.#keys.push(this.cookieOf(user))
    this.#keys.push(btoa('k'.repeat(32)), 'k'.repeat(32))
  }

  cookieOf(user) {
    return `cookie-of-${user}-5d1f0a`
  }

  newAnswer(random) {
    return `zq${[...random.fill(new Uint8Array(6))].map((byte) => (byte + 256).toString(16).slice(1)).join('')}`
  }

  addToken(token) {
    this.#tokens.push(token)
  }

  /** Looks for keys and typed texts. */
  scan(where, text, world) {
    const typed = this.#typed.exec(text)
    if (typed) world.flaw('secret', `${where} contains what a user typed: ${near(text, typed.index)}`)
    for (const key of this.#keys) {
      const at = text.indexOf(key)
      if (at >= 0) world.flaw('secret', `${where} contains a key: ${near(text, at)}`)
    }
  }

  /** The same for what a page gets, which also must not see a token, except in the address of an iframe. */
  scanPage(where, text, world) {
    this.scan(where, text, world)
    const others = text.replaceAll(/"address":"[^"]*"/g, '')
    for (const token of this.#tokens) {
      const at = others.indexOf(token)
      if (at >= 0) world.flaw('secret', `${where} contains a token: ${near(others, at)}`)
    }
  }
}

const near = (text, at) => text.slice(Math.max(0, at - 60), at + 60)
