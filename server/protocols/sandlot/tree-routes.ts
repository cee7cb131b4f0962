import { z } from 'zod'
import { SandboxError } from '@/lib/errors'
import { type DirectoryNames, MoveBody, type TreeListing } from '@/lib/protocol/workbench'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { fileInfo } from '../file-info'
import { parsePath, queryPath } from '../paths'
import type { RequestRoute } from '../site'

const PathBody = z.object({ path: z.string().min(1) })
const MAX_ENTRIES = 200_000
const MAX_MATCHES = 10_000
const MAX_QUERY_CHARACTERS = 1000
const MAX_GLOBS = 100

/** Directories and what is found in them. */
export function treeRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern: '/names',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await askedPath(entry, exchange, target)
        const { isTruncated, ...names } = await agent.names(path)
        exchange.send(200, { ...names, path, is_truncated: isTruncated } satisfies DirectoryNames)
      },
    },
    {
      method: 'GET',
      pattern: '/tree',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await askedPath(entry, exchange, target)
        const listing = await agent.tree(path, options(exchange, MAX_ENTRIES))
        const files = listing.entries.map(fileInfo)
        exchange.send(200, { path, files, is_truncated: listing.isTruncated } satisfies TreeListing)
      },
    },
    {
      method: 'POST',
      pattern: '/directories',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { path } = await exchange.json(PathBody)
        exchange.send(201, fileInfo(await agent.makeDirectory(await entry.resolve(target, parsePath(path)))))
      },
    },
    ...(['move', 'copy'] as const).map(
      (act): RequestRoute<SandboxTarget> => ({
        method: 'POST',
        pattern: `/${act}`,
        async handle(exchange, target) {
          const agent = await entry.agent(exchange, target, 'edit')
          const body = await exchange.json(MoveBody)
          const from = await entry.resolve(target, parsePath(body.from))
          const to = await entry.resolve(target, parsePath(body.to))
          exchange.send(200, fileInfo(await agent[act](from, to, body.overwrite ?? false)))
        },
      }),
    ),
    {
      method: 'GET',
      pattern: '/search/names',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await askedPath(entry, exchange, target)
        const found = await agent.searchNames(path, askedQuery(exchange), options(exchange, MAX_MATCHES))
        exchange.send(200, { paths: found.paths, is_truncated: found.isTruncated })
      },
    },
    {
      method: 'GET',
      pattern: '/search/text',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const path = await askedPath(entry, exchange, target)
        const found = await agent.searchText(path, askedQuery(exchange), {
          ...options(exchange, MAX_MATCHES),
          regex: exchange.queryFlag('regex'),
          case: exchange.queryFlag('case'),
        })
        const matches = found.matches.map(({ endColumn, ...match }) => ({ ...match, end_column: endColumn }))
        exchange.send(200, { matches, is_truncated: found.isTruncated })
      },
    },
  ]
}

/** The sandbox's directory where none is asked for. */
function askedPath(entry: Entry, exchange: Exchange, target: SandboxTarget): Promise<string> {
  return entry.resolve(target, queryPath(exchange.request.url, 'path') ?? parsePath(''))
}

function askedQuery(exchange: Exchange): string {
  const query = exchange.context.query.get('query') ?? ''
  if (query !== '' && query.length <= MAX_QUERY_CHARACTERS && !query.includes('\0')) return query
  throw new SandboxError('bad_request', `query must have 1 to ${MAX_QUERY_CHARACTERS} characters.`)
}

function options(exchange: Exchange, max: number) {
  return { ignore: askedGlobs(exchange.context.query), limit: exchange.queryNumber('limit', max) }
}

export function askedGlobs(query: URLSearchParams): string[] {
  const globs = query.getAll('ignore').filter((glob) => glob !== '')
  if (globs.length <= MAX_GLOBS && globs.every((glob) => glob.length <= MAX_QUERY_CHARACTERS)) return globs
  throw new SandboxError(
    'bad_request',
    `At most ${MAX_GLOBS} ignore globs of ${MAX_QUERY_CHARACTERS} characters.`,
  )
}
