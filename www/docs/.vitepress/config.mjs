/** The site of the guide. `make site` builds it: see ../build.mjs. */
import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import llmstxt from 'vitepress-plugin-llms'
import { ENTRIES, REPOSITORY } from '../pages.mjs'

const description = 'Runs the multi-factor-authentication flows of Flinks and MX to their end.'
/** The path of the site on its server, such as `/bank-mfa/` on GitHub's pages. */
const base = process.env.SITE_BASE ?? '/'

const page = (text, link) => ({ text, link })
const group = (text, items, collapsed) => ({ text, items, collapsed })

const sidebar = [
  group('Start', [page('What it is', '/'), page('Getting started', '/getting-started')]),
  group('Deploy', [
    page('A server with pages', '/deploy/server'),
    page('An edge worker', '/deploy/edge-worker'),
    page('A back end alone', '/deploy/back-end'),
    page('A page alone', '/deploy/page'),
  ]),
  group('Show a flow', [
    page('The element <bank-mfa>', '/element'),
    page('React', '/react'),
    page('Challenges and forms', '/challenges'),
    page('Reconnect and the iframe', '/reconnect'),
    page('Windows and WebViews', '/windows'),
    page('Endings', '/endings'),
  ]),
  group('Run it', [
    page('Testing', '/testing'),
    page('Delivery', '/delivery'),
    page('Security', '/security'),
    page('Operating the edge', '/operating'),
    page('The trace', '/trace'),
    page('Command line', '/command-line'),
    page('Measured', '/measured'),
    page('Troubleshooting', '/troubleshooting'),
    page('Where it runs', '/runtimes'),
  ]),
  group('Vendors', [page('Flinks', '/flinks'), page('MX', '/mx'), page('Single calls', '/calls')]),
  group('Moving over', [
    page('From your own code', '/moving/glue'),
    page('From @rizwannur/flinks', '/moving/rizwannur-flinks'),
    page('From mx-platform-node', '/moving/mx-platform-node'),
    page("From MX's widget", '/moving/mx-widget'),
  ]),
  group(
    'API reference',
    Object.keys(ENTRIES).map((name) => page(name, `/api/${name}`)),
    true,
  ),
  group('For contributors', [page('Architecture', '/architecture'), page('How this is tested', '/tested')], true),
]

/** A plot becomes a part of its page, whose colours it takes: an image would not follow the switch between dark and light. */
function inlinePlots(md) {
  const { image } = md.renderer.rules
  md.renderer.rules.image = (tokens, at, ...rest) => {
    const [, name] = /^\.\/(plots\/\w+\.svg)$/.exec(tokens[at].attrGet('src')) ?? []
    if (!name) return image(tokens, at, ...rest)
    const svg = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8').replace(/<style>[^]*?<\/style>/, '')
    return svg.trim().replace('<svg', '<svg v-pre')
  }
}

export default defineConfig({
  title: 'bank-mfa',
  description,
  lang: 'en',
  base,
  srcDir: '../../target/docs',
  cacheDir: '../../target/vitepress',
  outDir: '../../target/site',
  // The demo is beside the pages: see ../build.mjs.
  ignoreDeadLinks: [/^\/demo\//],
  head: [
    ['link', { rel: 'icon', href: `${base}icon.svg`, type: 'image/svg+xml' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: { config: inlinePlots },
  vite: {
    plugins: [llmstxt({ description, sidebar, excludeIndexPage: false, injectLLMHint: false })],
    build: { chunkSizeWarningLimit: 2000 },
    logLevel: 'warn',
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      page('Guide', '/getting-started'),
      page('API', '/api/entries'),
      { text: 'Demo', link: '/demo/', target: '_self' },
    ],
    sidebar,
    outline: [2, 3],
    // Short words must match exactly: `lost` is not `host`.
    search: { provider: 'local', options: { miniSearch: { searchOptions: { fuzzy: 0.1 } } } },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    docFooter: { prev: 'Previous', next: 'Next' },
  },
})
