import { FlowError } from '../../flow/errors.js'

/**
 * Runs a call with a part of a connection. If the call refuses it, the error's path becomes the path in the connection,
 * as `resolve` returned it. `paths` has the path in the connection for each path of an argument that differs.
 */
export function withConnectionPaths<T>(paths: Record<string, string>, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof FlowError) || error.path === undefined) throw error
    const { code, next, path } = error
    const found = Object.keys(paths).find((name) => path === name || path.startsWith(`${name}/`))
    if (found === undefined) throw error
    const message = error.message.slice(`${code}: ${path} `.length)
    throw new FlowError({ code, next, message, path: `${paths[found]}${path.slice(found.length)}` })
  }
}
