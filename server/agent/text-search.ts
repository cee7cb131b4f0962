import { existsSync, statSync } from 'node:fs'
import { SandboxError } from '@/lib/errors'
import type { TextMatches } from '@/server/agent-contract'
import { userEnvironment } from './configuration'
import { endGroup } from './end-group'
import { onPath } from './errno'
import type { Look } from './file-tree'
import { parseMatches } from './ripgrep-output'
import { startUserProcess } from './user-process'

/** Where a provider puts its own; else the one of the sandbox. */
const PROVIDED_RIPGREP = '/opt/sandlot/bin/rg'
const TIMEOUT_MS = 30_000
/** Of one line of ripgrep's output: a match in a longer line, mostly of minified code, is left out. */
const MAX_LINE_BYTES = 1024 * 1024
/** Of a file: ripgrep reads each into its output line by line, and a line may be the whole file. */
const MAX_FILE_SIZE = '32M'
const MAX_ERROR_BYTES = 4096
/** ripgrep's exit code for a pattern that it does not take, and for files that it could not read. */
const FAILED = 2

export interface TextQuery extends Look {
  query: string
  isRegex: boolean
  isCaseSensitive: boolean
  ignore: string[]
}

type Matches = TextMatches['matches']

/** GET /files/search/text: what `.gitignore` names is left out, as in every editor. */
export async function searchText(query: TextQuery): Promise<TextMatches> {
  onPath(query.path, () => statSync(query.path))
  if (query.query === '') throw new SandboxError('bad_request', '“query” is empty.')
  const child = startUserProcess(
    { argv: [ripgrep(), ...ripgrepArguments(query)], cwd: '/' },
    { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
  )
  const end = () => endGroup(child, 'SIGKILL')
  const timer = setTimeout(end, TIMEOUT_MS)
  query.signal.addEventListener('abort', end)
  const complaint = firstLine(child.stderr)
  try {
    const found = await collectMatches(child.stdout, query.limit)
    if (found.isTruncated) end()
    await child.exited
    if (child.exitCode === FAILED && found.matches.length === 0) await refuseBadPattern(complaint)
    return { matches: found.matches, isTruncated: found.isTruncated || child.signalCode !== null }
  } finally {
    clearTimeout(timer)
    query.signal.removeEventListener('abort', end)
  }
}

function ripgrep(): string {
  const path = existsSync(PROVIDED_RIPGREP)
    ? PROVIDED_RIPGREP
    : Bun.which('rg', { PATH: userEnvironment().PATH ?? '' })
  if (path) return path
  throw new SandboxError(
    'unsupported',
    'Searching text needs ripgrep. Install the package “ripgrep” on this machine.',
  )
}

function ripgrepArguments({ path, query, isRegex, isCaseSensitive, ignore }: TextQuery): string[] {
  return [
    '--json',
    '--no-config',
    '--hidden',
    '--no-require-git',
    '--sort=path',
    `--max-filesize=${MAX_FILE_SIZE}`,
    isCaseSensitive ? '--case-sensitive' : '--ignore-case',
    ...(isRegex ? [] : ['--fixed-strings']),
    '--glob=!.git',
    ...ignore.filter((glob) => glob !== '').map((glob) => `--glob=!${glob}`),
    `--regexp=${query}`,
    '--',
    path,
  ]
}

async function collectMatches(stdout: ReadableStream<Uint8Array>, limit: number) {
  const matches: Matches = []
  for await (const line of linesOf(stdout)) {
    for (const match of parseMatches(line)) {
      if (matches.length >= limit) return { matches, isTruncated: true }
      matches.push(match)
    }
  }
  return { matches, isTruncated: false }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let isTooLong = false
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!isTooLong) yield line
      isTooLong = false
    }
    if (rest.length > MAX_LINE_BYTES) {
      rest = ''
      isTooLong = true
    }
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    if (text.length < MAX_ERROR_BYTES) text += decoder.decode(chunk, { stream: true })
  }
  return text.slice(0, MAX_ERROR_BYTES).trim()
}

/** Files that could not be read are no error of the search; a pattern that is none is one. */
async function refuseBadPattern(complaint: Promise<string>): Promise<void> {
  const text = await complaint
  if (/regex|pattern|glob/i.test(text)) {
    throw new SandboxError(
      'bad_request',
      `The search was not understood: ${text.split('\n').slice(0, 4).join(' ')}`,
    )
  }
}
