/**
 * The web types that the package's declarations name. They are empty here, and merge with those of the `dom` or
 * `webworker` library or of Node. A project without any of these can then still be compiled.
 */
declare global {
  interface AbortSignal {}
  interface CustomEvent<T = any> {}
  interface Element {}
  interface FormData {}
  interface Headers {}
  interface HTMLButtonElement {}
  interface HTMLElement {}
  interface HTMLIFrameElement {}
  interface Node {}
  interface Request {}
  interface RequestInit {}
  interface Response {}
  interface URL {}
  namespace WebAssembly {
    interface Instance {}
    interface Memory {}
    interface Module {}
    interface Table {}
  }
}

export {}
