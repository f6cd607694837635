import type { DeveloperTexts } from '../types.js'
import { en } from './en.js'
import { es } from './es.js'
import { fr } from './fr.js'

/** What a failure, a refusal and a next action mean to the developer: one sentence each. */
export const developer: Readonly<Record<'en' | 'fr' | 'es', DeveloperTexts>> = { en, fr, es }
