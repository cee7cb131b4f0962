import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'

const PREFIX = '/_next/static'

/**
 * The scripts, styles and fonts that Next built, with their brotli siblings where the build made them: Next itself only
 * knows gzip. Names carry a hash of the content, so that browsers keep them for good. False: there is no such file.
 */
export function createStaticFiles(folder: string): (req: IncomingMessage, res: ServerResponse) => boolean {
  const files = sirv(folder, { brotli: true, gzip: true, etag: true, immutable: true, maxAge: 31_536_000 })
  return (req, res) => {
    const url = req.url ?? ''
    if (!url.startsWith(`${PREFIX}/`) || (req.method !== 'GET' && req.method !== 'HEAD')) return false
    let isFound = true
    req.url = url.slice(PREFIX.length)
    files(req, res, () => {
      isFound = false
    })
    req.url = url
    return isFound
  }
}
