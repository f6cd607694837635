/** Reads the parts of a request, and checks their types. The core checks their meaning. */
import { isObject } from '../../shared.js'
import { invalidInput } from '../../flow/errors.js'
import type { RawAnswers } from '../../flow/steps.js'
import type { AnswerInput, PageMessage } from '../engine/service.js'
import { isTexts } from '../json.js'

type Body = Record<string, unknown>

/** Your own id of a connection. `.` and `..` are refused, because in a URL's path they mean another path. */
const CONNECTION = /^(?!\.\.?$)[\x21-\x7e]{1,200}$/

export function readStart({ connection, flow }: Body): { connection: string; flow: string | undefined } {
  if (typeof connection !== 'string' || !CONNECTION.test(connection)) {
    throw invalidInput('/body/connection', 'must be the id of a connection: 1 to 200 visible ASCII characters')
  }
  if (flow !== undefined && (typeof flow !== 'string' || !/^[0-9a-f]{32}$/.test(flow))) {
    throw invalidInput('/body/flow', 'must be 32 hexadecimal digits')
  }
  return { connection, flow }
}

export function readVersion(text: string | null): number | undefined {
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw invalidInput('/query/after', 'must be a version number')
  return Number(text)
}

export function readRound({ round }: Body): number {
  if (!Number.isInteger(round) || (round as number) < 1)
    throw invalidInput('/body/round', 'must be the number of a round')
  return round as number
}

export function readAnswers({ answers, raw }: Body): AnswerInput {
  if (isObject(answers) === isObject(raw)) throw invalidInput('/body/answers', 'or raw is required, but not both')
  return isObject(answers) ? { answers: answers as Record<string, string | string[]> } : { raw: raw as RawAnswers }
}

export function readPageMessage(body: Body): PageMessage {
  const { kind, claim, url, address } = body
  switch (kind) {
    case 'window-opened':
      return { kind }
    case 'token-refused':
    case 'session-expired':
      if (address === undefined) return { kind }
      if (typeof address !== 'string') throw invalidInput('/body/address', 'must be a string')
      return { kind, address }
    case 'new-session':
      return { kind, round: readRound(body) }
    case 'landed':
      if (url !== undefined && typeof url !== 'string') throw invalidInput('/body/url', 'must be a string')
      return { kind, url }
    case 'returned': {
      const { loginId, state, accountIds } = isObject(claim) ? claim : {}
      if (typeof loginId !== 'string') throw invalidInput('/body/claim/loginId', 'must be a string')
      if (state !== undefined && state !== null && typeof state !== 'string') {
        throw invalidInput('/body/claim/state', 'must be a string or null')
      }
      if (accountIds !== undefined && !isTexts(accountIds)) {
        throw invalidInput('/body/claim/accountIds', 'must be an array of strings')
      }
      return { kind, claim: { loginId, accountIds, ...(state !== undefined && { state }) } }
    }
    default:
      throw invalidInput(
        '/body/kind',
        'must be returned, token-refused, session-expired, landed, window-opened or new-session',
      )
  }
}
