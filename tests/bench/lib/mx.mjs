/** The entry for MX of the installed package, and nothing else of it. */
import { importEntry } from './app.mjs'

export const { mx } = await importEntry('bank-mfa/mx')
