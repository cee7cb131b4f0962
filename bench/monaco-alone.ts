import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync } from 'node:zlib'
import type { Browser } from '@playwright/test'
import { build } from 'esbuild'

/** One file of TypeScript in the smallest editor that Monaco can be: no features, no workers, one grammar. */
const SCRIPT = `
  import * as monaco from 'monaco-editor/editor/editor.api.js'
  import 'monaco-editor/features/codeEditor/register.js'
  import 'monaco-editor/languages/definitions/typescript/register.js'
  self.MonacoEnvironment = { getWorker: () => new Worker('data:text/javascript,') }
  monaco.editor.create(document.body, { value: 'export const answer = 42', language: 'typescript' })
`
const PAGE = `<!doctype html><link rel="stylesheet" href="/monaco.css"><body style="height: 100vh; margin: 0">
<script type="module" src="/monaco.js"></script>`

/**
 * The raw limit of a workbench with Monaco in it: a bare page with Monaco and nothing else, from navigation to the first line
 * of code, served compressed from this machine to the same browser.
 */
export async function measureMonacoAlone(browser: Browser, repeats: number): Promise<number[]> {
  const files = await bundle()
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url ?? '') ?? ['text/plain', undefined]
    if (!body) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'br' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const times: number[] = []
    for (let index = 0; index < repeats; index++) times.push(await load(browser, `http://127.0.0.1:${port}/`))
    return times
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function load(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const startedAt = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(() => document.querySelector('.monaco-editor .view-line'), undefined, {
    polling: 'raf',
  })
  const time = performance.now() - startedAt
  await page.context().close()
  return time
}

async function bundle(): Promise<Map<string, [type: string, body: Buffer]>> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: process.cwd() },
    outdir: '/',
    entryNames: 'monaco',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    loader: { '.ttf': 'dataurl' },
    logLevel: 'error',
  })
  const find = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.contents ?? ''
  return new Map([
    ['/', ['text/html', brotliCompressSync(PAGE)]],
    ['/monaco.js', ['text/javascript', brotliCompressSync(find('.js'))]],
    ['/monaco.css', ['text/css', brotliCompressSync(find('.css'))]],
  ])
}
