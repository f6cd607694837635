/** Durations as text, and what ticks while it is in the page. */
import { fill } from '../texts/describe.js'
import type { Context, Effect } from './view.js'

/** `7 min 5 sec`: at most two units. Empty below a second. */
export function duration(ms: number, locale: string): string {
  const parts = { hour: ms / 36e5, minute: (ms / 6e4) % 60, second: (ms / 1e3) % 60 }
  const texts = Object.entries(parts).flatMap(([unit, count]) =>
    count < 1 ? [] : new Intl.NumberFormat(locale, { style: 'unit', unit }).format(Math.floor(count)),
  )
  return texts.slice(0, 2).join(' ')
}

/** Calls `tick` every second. */
export function ticking(tick: () => void): Effect {
  return () => {
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }
}

/** The text with the time that is left until `at`, or an empty text after it. */
export function timeLeft({ texts, clock }: Context, template: string, at: number): string {
  // Rounds up to seconds, so that a whole minute stays a minute if it is shown a moment later.
  const left = Math.ceil((at - clock.now()) / 1_000) * 1_000
  return left > 0 ? fill(template, { time: duration(left, texts.locale) }) : ''
}
