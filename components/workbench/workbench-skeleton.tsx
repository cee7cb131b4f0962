import { Skeleton } from '@/components/ui/skeleton'
import { CodeSkeleton, TreeSkeleton } from './skeletons'

/** The workbench's frame before anything is known: the same sizes, so that nothing jumps. */
export function WorkbenchSkeleton() {
  return (
    <main aria-busy className="workbench flex h-dvh flex-col bg-bg text-13">
      <h1 className="sr-only">Opening the sandbox…</h1>
      <div className="flex h-11 shrink-0 items-center gap-3 border-b bg-surface px-3">
        <span
          aria-hidden
          className="grid size-6 place-items-center rounded-medium bg-accent text-12 font-bold text-accent-ink"
        >
          S
        </span>
        <Skeleton className="h-3 w-32" />
        <Skeleton className="mx-auto h-7 w-full max-w-110 max-md:hidden" />
        <span className="w-32 max-md:hidden" />
      </div>
      <div className="flex min-h-0 flex-1">
        <div className="w-11 border-r bg-surface max-md:hidden" />
        <div className="w-59 border-r bg-surface max-md:hidden">
          <div className="flex h-9 items-center pl-4 text-12 font-semibold text-ink-2">Files</div>
          <TreeSkeleton />
        </div>
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="h-9 border-b bg-surface" />
          <div className="h-6.5" />
          <div className="min-h-0 flex-1">
            <CodeSkeleton />
          </div>
          <div className="h-[30%] border-t bg-(--term-bg) max-md:hidden">
            <div className="h-8 border-b bg-surface" />
          </div>
        </div>
      </div>
      <div className="h-6 shrink-0 border-t bg-surface max-md:h-14" />
    </main>
  )
}
