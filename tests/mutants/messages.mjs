/**
 * Leaves the texts of errors as they are: a test that notices another text would repeat the code. What a program can read
 * of an error, such as its code and its path, has no spaces.
 */
import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin'

/** The functions that make errors from a text. */
const MAKERS = [
  'DOMException',
  'FlowError',
  'TypeError',
  'check',
  'invalidInput',
  'methodNotAllowed',
  'notFound',
  'problem',
  'refusal',
]

/** The text of a string, or of a template without its expressions. */
const textOf = ({ type, value, quasis }) =>
  type === 'StringLiteral' ? value : type === 'TemplateLiteral' ? quasis.map(({ value }) => value.raw).join('') : ''

const messages = {
  shouldIgnore(path) {
    if (!textOf(path.node).includes(' ')) return undefined
    const call = path.findParent(({ node }) => node.callee !== undefined)
    const isMessage = MAKERS.includes(call?.node.callee.name) || path.parentPath.node.id?.name === 'message'
    return isMessage ? 'the text of an error' : undefined
  },
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'messages', messages)]
