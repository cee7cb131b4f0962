import { Skeleton } from '@/components/ui/skeleton'

/** Widths of lines of code, tree rows and so on, the same at every render. */
const CODE_WIDTHS = [34, 52, 0, 61, 45, 28, 40, 56, 30, 22, 48, 0, 37, 25]
const TREE_WIDTHS = [38, 56, 48, 62, 44, 70, 52, 58]

export function CodeSkeleton() {
  return (
    <div role="status" className="flex flex-col pt-1 pl-16" data-skeleton>
      <span className="sr-only">Loading the editor…</span>
      {CODE_WIDTHS.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <span key={i} className="flex h-5 items-center">
          {width > 0 && (
            <span className="block max-w-full" style={{ width: `${width}%` }}>
              <Skeleton className="h-2.5 w-full" />
            </span>
          )}
        </span>
      ))}
    </div>
  )
}

export function TreeSkeleton() {
  return (
    <div className="flex flex-col py-1 pl-4" data-skeleton>
      {TREE_WIDTHS.map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <span key={i} className="flex h-6 items-center gap-2">
          <Skeleton className="size-3.5" />
          <span style={{ width: `${width}%` }}>
            <Skeleton className="h-2.5 w-full" />
          </span>
        </span>
      ))}
    </div>
  )
}
