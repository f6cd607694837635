/** The package as it is installed in the folder `app`. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

export async function loadPackage(app) {
  const { resolve } = createRequire(`${app}/index.js`)
  const load = (entry) => import(pathToFileURL(resolve(entry)))
  const [main, edge, { simulator }, { remote }] = await Promise.all(
    ['bank-mfa', 'bank-mfa/edge', 'bank-mfa/simulator', 'bank-mfa/remote'].map(load),
  )
  return { ...edge, restore: main.restore, simulator, remote }
}
