'use client'

import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, Copy } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { IconButton } from '@/components/ui/icon-button'
import { StateDot } from '@/components/ui/state-dot'
import { toSandboxError } from '@/lib/errors'
import type { ManagedServer, ServerLogStream } from '@/lib/protocol/servers'
import { PanelFailure, PanelNote } from './panel-state'
import { queryKeys } from './query-keys'
import { copyText, runAction } from './run-action'
import { plainLog, serverStatusOf } from './server-status'
import { TreeSkeleton } from './skeletons'
import { useWorkbench } from './workbench-context'

/** What is fetched each time while the log is followed, and what a page still scrolls with ease. */
const TAIL_CHARACTERS = 100_000
const FOLLOW_MS = 1000
/** So near to its end, somebody reads the end. */
const END_PX = 24

const STREAMS: { stream: ServerLogStream; label: string }[] = [
  { stream: 'combined', label: 'All output' },
  { stream: 'stdout', label: 'stdout' },
  { stream: 'stderr', label: 'stderr' },
]

/** The newest of what a server said. Followed as long as its end is in view. */
export function ServerLog({ server }: { server: ManagedServer }) {
  const { core } = useWorkbench()
  const [stream, setStream] = useState<ServerLogStream>('combined')
  const [isFollowed, setIsFollowed] = useState(true)
  const { slug, status } = server
  const query = useQuery({
    queryKey: queryKeys.serverLog(slug, [stream]),
    queryFn: ({ signal }) => core.client.servers.log(slug, { stream, tail: TAIL_CHARACTERS, signal }),
    refetchInterval: isFollowed && serverStatusOf(status).isOn ? FOLLOW_MS : false,
  })
  const { refetch } = query
  // Its last words come with its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => void refetch(), [refetch, status])
  const text = query.data === undefined ? undefined : shownPart(query.data)

  return (
    <section aria-label={`Log of ${slug}`} className="flex h-full flex-col">
      <LogBar server={server} stream={stream} onStream={setStream}>
        <Button
          size="small"
          variant="ghost"
          aria-pressed={isFollowed}
          className={cn('aria-pressed:text-accent')}
          onClick={() => setIsFollowed(!isFollowed)}
        >
          {isFollowed ? 'Following' : 'Follow'}
        </Button>
        <IconButton
          size="small"
          label="Copy log"
          disabled={!text}
          onClick={() => runAction(() => copyText(text ?? '', 'Log'))}
        >
          <Copy />
        </IconButton>
      </LogBar>
      {query.isPending && <TreeSkeleton />}
      {text === undefined && query.error && (
        <PanelFailure message={toSandboxError(query.error).message} onRetry={() => void refetch()} />
      )}
      {text === '' && (
        <PanelNote title="Nothing yet" text="What the server prints appears here as it comes." />
      )}
      {text && <LogText text={text} slug={slug} isFollowed={isFollowed} onFollow={setIsFollowed} />}
    </section>
  )
}

type LogBarProps = {
  server: ManagedServer
  stream: ServerLogStream
  onStream: (stream: ServerLogStream) => void
  children: React.ReactNode
}

function LogBar({ server, stream, onStream, children }: LogBarProps) {
  const { core } = useWorkbench()
  const { tone, word } = serverStatusOf(server.status)
  return (
    <div className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-2 border-b px-2 text-12">
      <IconButton size="small" label="Back to all servers" onClick={() => core.servers.shownLog.set(null)}>
        <ArrowLeft />
      </IconButton>
      <h2 className="truncate text-13 font-semibold">{server.slug}</h2>
      <span className="inline-flex items-center gap-1.5 text-ink-2">
        <StateDot tone={tone} />
        {word}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings looks of its own. */}
      <div role="group" aria-label="Output" className="ml-auto flex">
        {STREAMS.map((each) => (
          <Button
            key={each.stream}
            size="small"
            variant="ghost"
            aria-pressed={stream === each.stream}
            className="aria-pressed:bg-selected aria-pressed:text-ink"
            onClick={() => onStream(each.stream)}
          >
            {each.label}
          </Button>
        ))}
      </div>
      {children}
    </div>
  )
}

type LogTextProps = {
  text: string
  slug: string
  isFollowed: boolean
  onFollow: (isFollowed: boolean) => void
}

function LogText({ text, slug, isFollowed, onFollow }: LogTextProps) {
  const box = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end.
  useLayoutEffect(() => {
    if (isFollowed) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [text, isFollowed])
  return (
    <div
      ref={box}
      role="log"
      aria-label={`Output of ${slug}`}
      aria-live="off"
      // Reached by Tab, so that it can be scrolled without a mouse.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto bg-(--term-bg) px-4 py-2 focus-visible:-outline-offset-2"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        onFollow(scrollHeight - scrollTop - clientHeight < END_PX)
      }
    >
      <pre className="font-code text-12 break-words whitespace-pre-wrap">{text}</pre>
    </div>
  )
}

/** What begins in the middle of a line begins with the next. */
function shownPart(log: string): string {
  const isCut = log.length >= TAIL_CHARACTERS
  return plainLog(isCut ? log.slice(log.indexOf('\n') + 1) : log).trimEnd()
}
