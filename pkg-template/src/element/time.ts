/** Durations as text, and what ticks while it is in the page. */
import { fill } from '../texts/describe.js'
import type { Context, Effect } from './view.js'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `7 min 5 sec`: the largest unit and the next smaller one. */
export function duration(ms: number, locale: string): string {
  const first = UNITS.findIndex(([, length]) => ms >= length)
  const texts = UNITS.slice(first, first < 0 ? undefined : first + 2).map(([unit, length]) => {
    const text = new Intl.NumberFormat(locale, { style: 'unit', unit }).format(Math.floor(ms / length))
    ms %= length
    return text
  })
  return texts.join(' ')
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
