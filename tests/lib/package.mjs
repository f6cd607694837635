/** The package as its users have it: the packed tarball, installed into an empty folder. */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder into which the tarball is installed. */
export const app = process.env.BANK_MFA_APP ?? fileURLToPath(new URL('../../target/app', import.meta.url))

/** The file of an entry of the installed package. */
export const resolve = createRequire(`${app}/index.js`).resolve

export const { flinks, mx, restore, Flow, FlowError } = await import(pathToFileURL(resolve('bank-mfa')))
export const calls = await import(pathToFileURL(resolve('bank-mfa/calls')))
export const { simulator } = await import(pathToFileURL(resolve('bank-mfa/simulator')))
