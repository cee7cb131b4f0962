import type { ReactNode } from 'react'
import { cn } from './class-names'

/** A count or a short mark. */
export function Badge({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <span
      className={cn(
        'inline-flex h-5 min-w-5 items-center justify-center gap-1 rounded-full bg-sunken px-2 text-11 font-medium text-ink-2 tabular-nums',
        className,
      )}
    >
      {children}
    </span>
  )
}
