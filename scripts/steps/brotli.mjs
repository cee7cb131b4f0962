import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import { inBuild, inRoot } from './paths.mjs'

const compress = promisify(brotliCompress)
const COMPRESSIBLE = /\.(js|css|json|svg|wasm|map|txt|ttf|html)$/
/** Below this a compressed answer saves no packet. */
const MIN_BYTES = 1024

/** Writes a `.br` beside every static file worth it, as small as brotli makes it; by content, so that each is compressed once. */
export async function compressStaticFiles(folder = '.next/static') {
  const cache = inBuild('brotli')
  mkdirSync(cache, { recursive: true })
  const files = listFiles(inRoot(folder)).sort((a, b) => statSync(b).size - statSync(a).size)
  const used = new Set()
  const next = files.values()
  await Promise.all(Array.from({ length: availableParallelism() }, () => compressFiles(next, cache, used)))
  for (const name of readdirSync(cache)) if (!used.has(name)) rmSync(join(cache, name), { force: true })
}

async function compressFiles(files, cache, used) {
  for (const file of files) {
    const content = readFileSync(file)
    const name = createHash('sha256').update(content).digest('hex')
    used.add(name)
    const cached = join(cache, name)
    if (!existsSync(cached)) writeWhole(cached, await compressBest(content))
    if (statSync(cached).size < content.length) copyFileSync(cached, `${file}.br`)
  }
}

function compressBest(content) {
  return compress(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      // The window covers Monaco's largest chunk whole.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    },
  })
}

function writeWhole(path, content) {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return listFiles(path)
    return COMPRESSIBLE.test(entry.name) && statSync(path).size >= MIN_BYTES ? [path] : []
  })
}
