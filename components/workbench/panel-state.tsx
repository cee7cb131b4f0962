import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'

/** What a panel says where it has nothing to show, in the middle of its space. */
export function PanelNote({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="grid h-full place-content-center gap-1 p-4 text-center text-13 text-ink-2">
      <p className="font-semibold text-ink">{title}</p>
      {text && <p className="max-w-md">{text}</p>}
      {children && <div className="mt-2 flex justify-center gap-2">{children}</div>}
    </div>
  )
}

export function PanelFailure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div role="alert" className="h-full">
      <PanelNote title="This could not be loaded" text={message}>
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      </PanelNote>
    </div>
  )
}
