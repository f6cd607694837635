/** The entry for Flinks of the installed package, and nothing else of it. */
import { importEntry } from './app.mjs'

export const { flinks } = await importEntry('bank-mfa/flinks')
