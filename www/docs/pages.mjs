/** What the site consists of. */
import { readdirSync } from 'node:fs'

export const REPOSITORY = 'https://github.com/OWNER/bank-mfa'

/** Each import path of the package that has types, with its file in `src/entries`. */
export const ENTRIES = {
  'bank-mfa/flinks': 'flinks',
  'bank-mfa/mx': 'mx',
  'bank-mfa': 'index',
  'bank-mfa/remote': 'remote',
  'bank-mfa/connect': 'connect',
  'bank-mfa/edge': 'edge',
  'bank-mfa/edge/data': 'edge-data',
  'bank-mfa/element': 'element',
  'bank-mfa/react': 'react',
  'bank-mfa/texts': 'texts',
  'bank-mfa/simulator': 'simulator',
  'bank-mfa/calls': 'calls',
  'bank-mfa/flinks/slim': 'flinks-slim',
  'bank-mfa/mx/slim': 'mx-slim',
}

/** The Markdown files of the guide, relative to this folder. */
export const markdownFiles = () =>
  readdirSync(new URL('.', import.meta.url), { recursive: true }).filter(
    (path) => path.endsWith('.md') && !path.startsWith('node_modules'),
  )
