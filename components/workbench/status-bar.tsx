'use client'

import { formatBytes } from '@/components/ui/format-bytes'
import { StateDot, type StateTone } from '@/components/ui/state-dot'
import { Tooltip } from '@/components/ui/tooltip'
import type { EventSocketState } from '@/lib/client/event-socket'
import { languageOf } from './file-kinds'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** The truth at a glance: connection, what the sandbox uses of what it may, where the cursor is. */
export function StatusBar() {
  const { core, info } = useWorkbench()
  const { activePath, files } = useStore(core.files.state)
  const cursor = useStore(core.cursor)
  const unsaved = files.filter((file) => file.isDirty).length
  const isText = files.find((file) => file.path === activePath)?.content.kind === 'text'
  return (
    <footer className="flex h-6 items-center gap-4 overflow-hidden border-t bg-surface px-3 text-12 whitespace-nowrap text-ink-2">
      <Connection />
      {unsaved > 0 && <span>{unsaved === 1 ? '1 unsaved file' : `${unsaved} unsaved files`}</span>}
      {info.egress === 'none' && <span>No internet</span>}
      <span className="ml-auto" />
      <UsageMeters />
      {isText && cursor && (
        <span className="tabular-nums">
          Ln {cursor.line}, Col {cursor.column}
        </span>
      )}
      {activePath && isText && <span>{languageOf(activePath).name}</span>}
    </footer>
  )
}

const CONNECTIONS: Record<EventSocketState, { tone: StateTone; word: string }> = {
  live: { tone: 'ok', word: 'Connected' },
  connecting: { tone: 'busy', word: 'Connecting…' },
  reconnecting: { tone: 'busy', word: 'Reconnecting…' },
}

export function Connection() {
  const { core } = useWorkbench()
  const { tone, word } = CONNECTIONS[useStore(core.connection)]
  return (
    <span role="status" className="inline-flex items-center gap-1.5">
      <StateDot tone={tone} />
      {word}
    </span>
  )
}

export function UsageMeters() {
  const { core, info } = useWorkbench()
  const usage = useStore(core.usage)
  const { limits } = info
  const cpus = limits.cpus ?? 1
  return (
    <>
      <Meter
        label="CPU"
        value={usage?.cpu_percent ?? null}
        limit={cpus * 100}
        say={(percent) => `${Math.round(percent)} % of a core`}
        sayLimit={() => `${cpus} ${cpus === 1 ? 'core' : 'cores'}`}
      />
      <Meter
        label="Memory"
        value={usage?.memory_bytes ?? null}
        limit={limits.memory_bytes}
        say={formatBytes}
      />
      <Meter label="Disk" value={usage?.disk_bytes ?? null} limit={limits.disk_bytes} say={formatBytes} />
    </>
  )
}

type MeterProps = {
  label: string
  value: number | null
  limit: number | null
  say: (value: number) => string
  sayLimit?: (limit: number) => string
}

/** From here on it is worth a look. */
const HIGH_SHARE = 0.9

/** Where there is no limit, the figure alone says it. */
function Meter({ label, value, limit, say, sayLimit = say }: MeterProps) {
  const share = value === null || !limit ? 0 : Math.min(1, value / limit)
  const words =
    value === null ? `${label}: not known yet` : limit ? `${say(value)} of ${sayLimit(limit)}` : say(value)
  return (
    <Tooltip label={words} side="top">
      <span className="inline-flex items-center gap-1.5">
        {label}
        {limit ? (
          <>
            <meter className="sr-only" aria-label={`${label}, ${words}`} min={0} max={1} value={share} />
            <span
              aria-hidden
              className="inline-block h-1.25 w-14 overflow-hidden max-md:w-8 rounded-full bg-line"
            >
              <span
                className={share > HIGH_SHARE ? 'block h-full bg-bad' : 'block h-full bg-accent'}
                style={{ width: `${share * 100}%` }}
              />
            </span>
          </>
        ) : (
          <span className="tabular-nums">{value === null ? '–' : say(value)}</span>
        )}
      </span>
    </Tooltip>
  )
}
