import { useEffect } from 'react'
import { toast } from '@/components/ui/toast'
import { useWorkbench } from './workbench-context'
import type { WorkbenchCore } from './workbench-core'

/** Says in passing what a server has become, with the step that follows. `show` is `useAutomaticPreviews`'. */
export function useServerNews(show: (port: number) => boolean): void {
  const { core } = useWorkbench()
  useEffect(
    () =>
      core.servers.onNews((news) => {
        if (news.became === 'failed') sayFailed(core, news)
        // Who sees its page needs no word.
        else if (show(news.port)) toast.dismiss(toastIdOf(news.slug))
        else sayReady(core, news.slug, news.port)
      }),
    [core, show],
  )
}

/** One word for each server: the next takes its place. */
function toastIdOf(slug: string): string {
  return `server ${slug}`
}

function sayFailed(core: WorkbenchCore, { slug, reason }: { slug: string; reason?: string }): void {
  const { panel, isPanelOpen } = core.view.state.get()
  // The panel says it already, with the log.
  if (panel === 'servers' && isPanelOpen) {
    toast.dismiss(toastIdOf(slug))
    return
  }
  toast.error(`${slug} has failed.`, {
    id: toastIdOf(slug),
    description: reason,
    action: {
      label: 'Show log',
      onClick: () => {
        core.servers.shownLog.set(slug)
        core.view.showPanel('servers')
      },
    },
  })
}

function sayReady(core: WorkbenchCore, slug: string, port: number): void {
  toast.success(`${slug} is ready on port ${port}.`, {
    id: toastIdOf(slug),
    description: undefined,
    action: { label: 'Open preview', onClick: () => core.openPreview(port) },
  })
}
