import { LoaderCircle } from 'lucide-react'
import { cn } from './class-names'

/** Decoration beside words that say what is going on; with a `label` it says so itself. */
export function Spinner({ className, label }: { className?: string; label?: string }) {
  const icon = <LoaderCircle aria-hidden className={cn('size-4 animate-spin', className)} />
  if (label === undefined) return icon
  return (
    <span role="status" className="inline-flex">
      {icon}
      <span className="sr-only">{label}</span>
    </span>
  )
}
