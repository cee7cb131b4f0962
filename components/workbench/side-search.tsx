'use client'

import { useQuery } from '@tanstack/react-query'
import { CaseSensitive, Regex } from 'lucide-react'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'
import { toSandboxError } from '@/lib/errors'
import { relativePath } from './file-paths'
import { queryKeys } from './query-keys'
import { SideHeader } from './side-header'
import { useDebounced } from './use-debounced'
import { useWorkbench } from './workbench-context'

const TYPING_PAUSE_MS = 200
const MAX_MATCHES = 1000
/** Looked through by nobody on purpose. */
export const UNSEARCHED = [
  '**/node_modules/**',
  '**/.git/**',
  '**/dist/**',
  '**/.venv/**',
  '**/__pycache__/**',
]

type Match = { path: string; line: number; column: number; end_column: number; text: string }

/** Search in the text of all files. */
export function SideSearch() {
  const { core, info } = useWorkbench()
  const [text, setText] = useState('')
  const [isRegex, setIsRegex] = useState(false)
  const [isCase, setIsCase] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const asked = { text: useDebounced(text, TYPING_PAUSE_MS), isRegex, isCase }
  useEffect(() => input.current?.focus(), [])
  const result = useQuery({
    queryKey: queryKeys.texts(asked),
    queryFn: ({ signal }) =>
      core.client.searchText(asked.text, {
        path: info.directory,
        regex: asked.isRegex,
        case: asked.isCase,
        ignore: UNSEARCHED,
        limit: MAX_MATCHES,
        signal,
      }),
    enabled: asked.text !== '',
    retry: false,
    staleTime: 0,
  })
  const matches = useDeferredValue(result.data?.matches ?? NONE)

  return (
    <section aria-label="Search" className="flex h-full min-h-0 flex-col bg-surface">
      <SideHeader title="Search" />
      <div className="flex items-center gap-1 px-3 pb-2">
        <Input
          ref={input}
          aria-label="Search in files"
          placeholder="Search in files"
          size="small"
          className="h-7"
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <IconButton size="small" label="Match case" aria-pressed={isCase} onClick={() => setIsCase(!isCase)}>
          <CaseSensitive />
        </IconButton>
        <IconButton
          size="small"
          label="Use regular expression"
          aria-pressed={isRegex}
          onClick={() => setIsRegex(!isRegex)}
        >
          <Regex />
        </IconButton>
      </div>
      <p role="status" className="px-4 pb-1 text-12 text-ink-3">
        {summary(asked.text, result, matches)}
      </p>
      <div className="min-h-0 flex-1 overflow-auto pb-2">
        {byFile(matches).map(([path, group]) => (
          <FileMatches
            key={path}
            title={relativePath(path, info.directory)}
            matches={group}
            onOpen={(match) => {
              core.files.open(path, { isPreview: true, line: match.line, column: match.column })
              core.view.set({ phonePane: 'code' })
            }}
          />
        ))}
      </div>
    </section>
  )
}

const NONE: Match[] = []

function summary(
  text: string,
  result: { isFetching: boolean; error: unknown; data?: { is_truncated: boolean } | undefined },
  matches: Match[],
): string {
  if (text === '') return 'Type to search in all files of the sandbox.'
  if (result.error) return toSandboxError(result.error).message
  if (!result.data) return 'Searching…'
  if (matches.length === 0) return 'Nothing found.'
  const files = new Set(matches.map((match) => match.path)).size
  const found = `${matches.length} in ${files === 1 ? '1 file' : `${files} files`}`
  return result.data.is_truncated ? `First ${found}. Search for something more exact to see the rest.` : found
}

function byFile(matches: Match[]): [string, Match[]][] {
  const groups = new Map<string, Match[]>()
  for (const match of matches) {
    const group = groups.get(match.path)
    if (group) group.push(match)
    else groups.set(match.path, [match])
  }
  return [...groups]
}

function FileMatches(props: { title: string; matches: Match[]; onOpen: (match: Match) => void }) {
  const { title, matches, onOpen } = props
  return (
    <section className="pt-1">
      <h3 className="truncate px-4 text-12 font-medium text-ink-2" title={title}>
        {title} <span className="text-ink-3 tabular-nums">{matches.length}</span>
      </h3>
      <ul>
        {matches.map((match) => (
          <li key={`${match.line}:${match.column}`}>
            <button
              type="button"
              className="flex h-6 w-full items-center gap-2 px-4 text-left font-code text-12 hover:bg-hover focus-visible:-outline-offset-2 pointer-coarse:h-11"
              onClick={() => onOpen(match)}
            >
              <span className="w-8 shrink-0 text-right text-ink-3 tabular-nums">{match.line}</span>
              <MatchText match={match} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** So much before a match, that it is in sight. */
const LEAD_CHARACTERS = 24

function MatchText({ match }: { match: Match }) {
  const start = match.column - 1
  const end = match.end_column - 1
  const from = Math.max(0, start - LEAD_CHARACTERS)
  return (
    <span className="truncate whitespace-pre">
      {from > 0 && '…'}
      {match.text.slice(from, start).trimStart()}
      <mark className="rounded-small bg-accent-soft text-ink">{match.text.slice(start, end)}</mark>
      {match.text.slice(end, end + 200)}
    </span>
  )
}
