/** The program of Node, Deno and Bun: `main.mjs <address of the bank>`. */
import { runProgram } from './program.mjs'

console.log(JSON.stringify(await runProgram(process.argv[2])))
