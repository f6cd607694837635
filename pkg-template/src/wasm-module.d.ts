/** An import of wasm as a module, as Next and Vercel write it. */
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
