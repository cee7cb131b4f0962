import { cn } from './class-names'

export type StateTone = 'ok' | 'warn' | 'bad' | 'idle' | 'busy'

/** The dot of a state. Words go beside it: the colour alone says nothing to those who cannot see it. */
export function StateDot({ tone, className }: { tone: StateTone; className?: string }) {
  return (
    <span aria-hidden className={cn('inline-block size-2 shrink-0 rounded-full', COLORS[tone], className)} />
  )
}

const COLORS: Record<StateTone, string> = {
  ok: 'bg-ok',
  warn: 'bg-warn',
  bad: 'bg-bad',
  idle: 'bg-ink-3',
  busy: 'animate-pulse bg-warn',
}
