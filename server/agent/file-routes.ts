import { MAX_LISTING_ENTRIES, MoveBody, PathBody } from '@/server/agent-contract'
import { runBatch } from './file-batch'
import { copyFile, deleteFile, type Move, makeDirectory, moveFile } from './file-changes'
import { readEntry } from './file-entry'
import { readFile } from './file-read'
import { listDirectory, listTree } from './file-tree'
import { writeFile } from './file-write'
import { ignoreMatcher } from './globs'
import { jsonBody } from './json-body'
import { listNames } from './name-listing'
import { searchNames } from './name-search'
import { checkPath } from './paths'
import type { Call, Route } from './router'
import { searchText } from './text-search'

/** Hits that a search returns unless told, and at most. */
const DEFAULT_HITS = 200
const MAX_HITS = 10_000

export const fileRoutes: Route[] = [
  { method: 'GET', path: '/files/stat', handle: ({ query }) => Response.json(readEntry(query.path())) },
  { method: 'GET', path: '/files/list', handle: (call) => listDirectory(look(call)) },
  { method: 'GET', path: '/files/names', handle: (call) => listNames(look(call)) },
  {
    method: 'GET',
    path: '/files/tree',
    handle: (call) => listTree({ ...look(call), ignore: ignoreOf(call) }),
  },
  {
    method: 'GET',
    path: '/files/content',
    handle: ({ query, request }) => readFile(query.path(), request.headers),
  },
  { method: 'PUT', path: '/files/content', handle: putContent },
  {
    method: 'DELETE',
    path: '/files',
    handle: async ({ query }) => {
      await deleteFile(query.path())
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'POST',
    path: '/files/directory',
    handle: async ({ request }) => {
      const { path } = await jsonBody(request, PathBody)
      return Response.json(makeDirectory(checkPath(path)))
    },
  },
  {
    method: 'POST',
    path: '/files/move',
    handle: async (call) => Response.json(await moveFile(await moveOf(call))),
  },
  {
    method: 'POST',
    path: '/files/copy',
    handle: async (call) => Response.json(await copyFile(await moveOf(call))),
  },
  { method: 'POST', path: '/files/batch', handle: ({ request }) => runBatch(request) },
  {
    method: 'GET',
    path: '/files/search/names',
    handle: async (call) =>
      Response.json(
        await searchNames({
          ...hits(call),
          query: call.query.optional('query') ?? '',
          ignore: ignoreOf(call),
        }),
      ),
  },
  {
    method: 'GET',
    path: '/files/search/text',
    handle: async (call) =>
      Response.json(
        await searchText({
          ...hits(call),
          query: call.query.required('query'),
          isRegex: call.query.flag('regex'),
          isCaseSensitive: call.query.flag('case'),
          ignore: call.query.all('ignore'),
        }),
      ),
  },
]

async function putContent({ query, request }: Call): Promise<Response> {
  const entry = await writeFile(query.path(), request.body, {
    ifMatch: request.headers.get('if-match'),
    ifNoneMatch: request.headers.get('if-none-match'),
  })
  return Response.json(entry, { headers: entry.etag ? { ETag: entry.etag } : {} })
}

function look({ query, request }: Call) {
  const limit = query.count('limit', MAX_LISTING_ENTRIES)
  return { path: query.path(), limit, signal: request.signal }
}

function hits(call: Call) {
  return { ...look(call), limit: call.query.count('limit', DEFAULT_HITS, MAX_HITS) }
}

function ignoreOf({ query }: Call) {
  return ignoreMatcher(query.all('ignore'))
}

async function moveOf({ request }: Call): Promise<Move> {
  const { from, to, overwrite = false } = await jsonBody(request, MoveBody)
  return { from: checkPath(from), to: checkPath(to), overwrite }
}
