'use client'

import { useEffect, useState } from 'react'
import { cn } from '@/components/ui/class-names'
import { Tooltip } from '@/components/ui/tooltip'
import { formatTimeLeft } from './quantities'

/** From here on every second counts. */
const SECONDS_BELOW_MS = 60_000
const SOON_MS = 5 * 60_000

/** When the sandbox ends, if nobody gives it longer. */
export function TimeLeft({ expiresAt }: { expiresAt: string | null }) {
  const leftMs = useTimeLeftMs(expiresAt)
  if (expiresAt === null || leftMs === null) return null
  return (
    <Tooltip label={`Ends ${new Date(expiresAt).toLocaleString()}, with its files`}>
      <span
        className={cn(
          'inline-flex h-6 shrink-0 items-center rounded-full border px-2 text-12 text-ink-2 tabular-nums',
          leftMs < SOON_MS && 'border-warn text-warn',
        )}
      >
        {formatTimeLeft(leftMs)} left
      </span>
    </Tooltip>
  )
}

function useTimeLeftMs(expiresAt: string | null): number | null {
  const [now, setNow] = useState(() => Date.now())
  const leftMs = expiresAt === null ? null : Date.parse(expiresAt) - now
  const isLast = leftMs !== null && leftMs < 2 * SECONDS_BELOW_MS
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), isLast ? 1000 : 10_000)
    return () => clearInterval(timer)
  }, [isLast])
  return leftMs
}
