import { cn } from './class-names'

/** Takes the place of what is on its way. Give it the size of that. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block animate-pulse rounded-small bg-pressed', className)} />
}
