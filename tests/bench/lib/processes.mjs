/** Runs a module of the bench in a fresh Node process, which sends one message with its figures. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Returns the message of `module`, run with `args` and Node's options `execArgv`. */
export async function runFresh(module, args = [], execArgv = []) {
  const child = fork(module, args, { execArgv })
  const ended = once(child, 'exit')
  const [message] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`${args.join(' ')} ended with ${code} before its figures`))),
  ])
  child.disconnect()
  await ended
  return message
}
