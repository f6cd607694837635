/** What `bank-mfa/texts` exports: all texts for the person and for the developer, in three languages. */
export { developer } from './developer/index.js'
export { describe, fill, type Description } from './describe.js'
export { en } from './en.js'
export { es } from './es.js'
export { fr } from './fr.js'
export type { ActionText, DeveloperTexts, Labels, StageText, Text, Texts } from './types.js'
