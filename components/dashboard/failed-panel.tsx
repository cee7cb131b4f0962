import { Button } from '@/components/ui/button'
import { toSandboxError } from '@/lib/errors'

export interface FailedPanelProps {
  title: string
  error: unknown
  isRetrying: boolean
  onRetry(): void
}

/** What happened and what to do, in the place of what did not load. */
export function FailedPanel({ title, error, isRetrying, onRetry }: FailedPanelProps) {
  const { message, code } = toSandboxError(error)
  return (
    <div
      role="alert"
      className="flex flex-col items-start gap-3 rounded-large border bg-surface p-4 sm:flex-row sm:items-center"
    >
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="text-13 break-words text-ink-2">{message}</p>
      </div>
      {code === 'unauthorized' ? (
        <Button asChild variant="primary">
          <a href="/sign-in">Sign in</a>
        </Button>
      ) : (
        <Button isBusy={isRetrying} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}
