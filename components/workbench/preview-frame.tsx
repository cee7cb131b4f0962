'use client'

import { ExternalLink, Monitor, RotateCw, Smartphone, Tablet } from 'lucide-react'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { IconButton } from '@/components/ui/icon-button'
import { toSandboxError } from '@/lib/errors'
import type { OpenedPort } from '@/lib/protocol/workbench'
import { PanelFailure } from './panel-state'
import { openOutside } from './ports-panel'
import { runAction } from './run-action'
import { CodeSkeleton } from './skeletons'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

const WIDTHS = [
  { label: 'Full width', px: null, icon: Monitor },
  { label: 'Tablet, 768 px', px: 768, icon: Tablet },
  { label: 'Phone, 390 px', px: 390, icon: Smartphone },
] as const

/**
 * What the page may do: run, send forms, keep its own storage, open windows and save files. It may not move the
 * workbench away (`allow-top-navigation`). `allow-same-origin` is its own origin, which is not ours.
 */
const SANDBOX = 'allow-scripts allow-forms allow-same-origin allow-popups allow-modals allow-downloads'
/** By then the way in that an address carries is used up or too old: a new one is asked for. */
const ENTRY_MS = 10 * 60_000

type Loaded = { entry: OpenedPort; src: string; token: number; atMs: number }

export function PreviewFrame({
  port,
  isVisible,
  isListening,
}: {
  port: number
  isVisible: boolean
  isListening: boolean
}) {
  const { core } = useWorkbench()
  const wish = useStore(core.previewWish)
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [path, setPath] = useState('/')
  const [widthPx, setWidthPx] = useState<number | null>(null)
  /** Where to go once the entry has let the frame in. */
  const pendingPath = useRef<string | null>(null)

  const enter = useCallback(
    async (to: string) => {
      pendingPath.current = to === '/' ? null : to
      setFailure(null)
      try {
        const entry = await core.client.openPort(port)
        setLoaded((last) => ({ entry, src: entry.url, token: (last?.token ?? 0) + 1, atMs: Date.now() }))
      } catch (thrown) {
        setFailure(toSandboxError(thrown).message)
      }
    },
    [core, port],
  )

  const go = useCallback(
    (to: string) => {
      setPath(to)
      if (!loaded || Date.now() - loaded.atMs > ENTRY_MS) void enter(to)
      else setLoaded({ ...loaded, src: addressOf(loaded.entry, to), token: loaded.token + 1 })
    },
    [enter, loaded],
  )

  // The wish may be what brought this preview here: then it is where it begins.
  const seenWish = useRef(0)
  const hasEntered = useRef(false)
  useEffect(() => {
    const isWished = wish.port === port && wish.token !== seenWish.current
    seenWish.current = wish.token
    if (isWished) go(wish.path)
    else if (!hasEntered.current) void enter('/')
    hasEntered.current = true
  }, [wish, port, go, enter])

  // A server that came back shows its page, instead of the word that nothing listens.
  const wasListening = useRef(isListening)
  useEffect(() => {
    if (isListening && !wasListening.current) go(path)
    wasListening.current = isListening
  }, [isListening, go, path])

  function onLoad() {
    const to = pendingPath.current
    pendingPath.current = null
    if (to) setLoaded((last) => last && { ...last, src: addressOf(last.entry, to), token: last.token + 1 })
  }

  return (
    <div hidden={!isVisible} className="flex min-h-0 flex-1 flex-col">
      <PreviewBar
        port={port}
        path={path}
        isListening={isListening}
        widthPx={widthPx}
        onWidth={setWidthPx}
        onGo={go}
      />
      <div className="min-h-0 flex-1 overflow-auto bg-sunken">
        {failure && <PanelFailure message={failure} onRetry={() => void enter(path)} />}
        {!failure && !loaded && <CodeSkeleton />}
        {!failure && loaded && (
          <iframe
            key={loaded.token}
            title={`Preview of port ${port}`}
            src={loaded.src}
            sandbox={SANDBOX}
            allow="clipboard-write; fullscreen"
            className="mx-auto block h-full border-0 bg-[#fff] [color-scheme:light]"
            style={{ width: widthPx ?? '100%', maxWidth: widthPx ? undefined : '100%' }}
            onLoad={onLoad}
          />
        )}
      </div>
    </div>
  )
}

type PreviewBarProps = {
  port: number
  path: string
  isListening: boolean
  widthPx: number | null
  onWidth: (px: number | null) => void
  onGo: (path: string) => void
}

function PreviewBar({ port, path, isListening, widthPx, onWidth, onGo }: PreviewBarProps) {
  const { core } = useWorkbench()
  const [typed, setTyped] = useState(path)
  useEffect(() => setTyped(path), [path])

  function submit(event: FormEvent) {
    event.preventDefault()
    onGo(typed.startsWith('/') ? typed : `/${typed}`)
  }

  return (
    <form
      className="flex h-9 shrink-0 items-center gap-1 border-b px-2 pointer-coarse:h-12"
      onSubmit={submit}
    >
      <IconButton size="small" label="Reload preview" onClick={() => onGo(path)}>
        <RotateCw />
      </IconButton>
      <label className="mx-1 flex h-6 min-w-0 flex-1 items-center gap-2 rounded-full bg-sunken px-3 text-12 focus-within:outline-2 focus-within:outline-accent pointer-coarse:h-9">
        <span className="sr-only">Path in the preview</span>
        <input
          value={typed}
          spellCheck={false}
          autoComplete="off"
          className="min-w-0 flex-1 bg-transparent outline-none"
          onChange={(event) => setTyped(event.target.value)}
        />
        <span className="shrink-0 text-ink-2">{isListening ? `port ${port}` : 'nothing listens'}</span>
      </label>
      {WIDTHS.map(({ label, px, icon: Icon }) => (
        <IconButton
          key={label}
          size="small"
          label={label}
          aria-pressed={widthPx === px}
          className="max-md:hidden"
          onClick={() => onWidth(px)}
        >
          <Icon />
        </IconButton>
      ))}
      <IconButton
        size="small"
        label="Open in a new tab"
        onClick={() => runAction(() => openOutside(core.client, port))}
      >
        <ExternalLink />
      </IconButton>
    </form>
  )
}

/** Below the preview's own origin, whatever was typed. */
function addressOf(entry: OpenedPort, path: string): string {
  return `${entry.origin.replace(/\/$/, '')}${path}`
}
