/**
 * The code blocks of Markdown files. A comment right above a block says what the test does with it:
 *
 * - `<!-- given: declare const loginId: string -->` declares what a reader has of his own. It may span lines.
 * - `<!-- run -->` runs the block. The next `text` block, if no other code comes before it, is the expected output.
 */
import MarkdownIt from 'markdown-it'

const parser = new MarkdownIt({ html: true })
const SCRIPTS = new Set(['js', 'ts', 'tsx'])
/** Languages whose `<script>` is compiled. */
const MARKUP = new Set(['html', 'vue', 'svelte'])
/** What no test can check, but a reader may need. */
const UNCHECKED = new Set(['text', 'jsonc', 'swift', 'kotlin', 'sql', 'nginx', 'toml', 'css'])
const LANGUAGES = new Set([...SCRIPTS, ...MARKUP, ...UNCHECKED, 'sh', 'json', 'yaml'])

/**
 * Reads the blocks of a file. `line` is the line of the file that the block's text begins at, from 1.
 * @returns {{ file: string, line: number, language: string, text: string, given: string, run: boolean, expected?: string }[]}
 */
export function readBlocks(file, markdown) {
  const blocks = []
  let comments = []
  /** The block that waits for its expected output. */
  let running
  for (const { type, content, info, map } of flatten(parser.parse(markdown, {}))) {
    if (type === 'html_block' && content.startsWith('<!--')) {
      comments.push(...readComments(content, `${file}:${map[0] + 1}`))
    } else if (type === 'fence') {
      const language = info.trim()
      const place = `${file}:${map[0] + 1}`
      if (!LANGUAGES.has(language)) throw new Error(`${place}: the language of a block cannot be "${language}"`)
      const { given, run } = { given: '', run: false, ...Object.fromEntries(comments) }
      if ((given || run) && !SCRIPTS.has(language)) throw new Error(`${place}: only ts, tsx and js have such a comment`)
      if (given && run) throw new Error(`${place}: a block that runs cannot be given anything`)
      const block = { file, line: map[0] + 2, language, text: content, given, run }
      blocks.push(block)
      if (language === 'text' && running) running.expected = content
      if (run) running = block
      else if (language !== 'sh') running = undefined
      comments = []
    } else if (comments.length > 0) {
      throw new Error(
        `${file}:${map ? map[0] + 1 : '?'}: expected a block after the comment <!-- ${comments[0][0]} -->`,
      )
    }
  }
  if (comments.length > 0) throw new Error(`${file}: expected a block after the last comment`)
  return blocks
}

/** The tokens that are blocks of their own, without those that close one. */
const flatten = (tokens) => tokens.filter(({ type }) => !type.endsWith('_close') && type !== 'inline')

function readComments(html, place) {
  return [...html.matchAll(/<!--\s*(\w+)(?::\s*(.*?))?\s*-->/gs)].flatMap(([, name, text]) => {
    if (name === 'run' && text === undefined) return [['run', true]]
    if (name === 'given' && text) return [['given', text]]
    // They enclose what `make bench` writes.
    if (name === 'bench' || name === 'end') return []
    throw new Error(`${place}: a comment must be "given: …" or "run"`)
  })
}

/** What of a block is compiled: the block, or each script of its markup. */
export function scriptsOf(block) {
  const { file, line, language, text } = block
  if (SCRIPTS.has(language)) return [block]
  if (!MARKUP.has(language)) return []
  return [...text.matchAll(/(<script\b[^>]*>)(.*?)<\/script>/gs)].map((match) => ({
    file,
    line: line + text.slice(0, match.index + match[1].length).split('\n').length - 1,
    language: match[1].includes('lang="ts"') ? 'ts' : 'js',
    text: match[2],
    given: '',
  }))
}
