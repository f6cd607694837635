/** The simulated bank's customer, people and start of time. */
import { simulator } from './package.mjs'

/** The customer of Flinks' public sandbox. */
export const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
export const NOON = Date.UTC(2026, 0, 21, 12)
export const MINUTE = 60_000

export const people = simulator().people
export const person = (username) => people.find((person) => person.username === username)
