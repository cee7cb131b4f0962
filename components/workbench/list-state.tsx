import { Button } from '@/components/ui/button'

/** What a list in a dialog says where it has nothing to show. */
export function ListNote({ text }: { text: string }) {
  return (
    <p className="rounded-medium border border-dashed border-line-strong px-3 py-4 text-center text-13 text-ink-2">
      {text}
    </p>
  )
}

export function ListFailure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div role="alert" className="flex items-center gap-3 rounded-medium border px-3 py-2 text-13">
      <span className="min-w-0 flex-1 break-words">
        <span className="font-semibold">This could not be loaded.</span>{' '}
        <span className="text-ink-2">{message}</span>
      </span>
      <Button size="small" onClick={onRetry}>
        Try again
      </Button>
    </div>
  )
}
