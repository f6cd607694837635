/** The package that this file belongs to. */
import { readFileSync } from 'node:fs'

/** The URL of a file or folder of the package. */
export const inPackage = (path: string): URL => new URL(`../../${path}`, import.meta.url)

export const { version } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8')) as { version: string }
