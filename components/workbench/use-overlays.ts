'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { toast } from '@/components/ui/toast'
import type { CreateOverlayBody, OverlayInfo } from '@/lib/protocol/overlays'
import { useConfirm } from './confirm'
import { joinPath } from './file-paths'
import { isCopying, overlaySources, sourceTitle, TEMPLATES_PATH } from './overlay-words'
import { queryKeys } from './query-keys'
import { runAction } from './run-action'
import { useWorkbench } from './workbench-context'

/** Often enough that a number that grows is seen to grow. */
const COPYING_REFRESH_MS = 1000

/** The overlays of the sandbox; asked for again and again while one is copied. */
export function useOverlays(isShown: boolean) {
  const { core } = useWorkbench()
  return useQuery({
    queryKey: queryKeys.overlays,
    queryFn: ({ signal }) => core.client.overlays(signal),
    enabled: isShown,
    retry: 1,
    refetchInterval: ({ state }) => (state.data?.some(isCopying) ? COPYING_REFRESH_MS : false),
  })
}

/** The folders below `/templates` that this sandbox has. */
export function useOverlaySources(isShown: boolean) {
  const { core } = useWorkbench()
  return useQuery({
    queryKey: [...queryKeys.overlays, 'sources'],
    queryFn: async ({ signal }) => {
      const { directories } = await core.client.names(TEMPLATES_PATH, signal)
      return overlaySources(directories)
    },
    enabled: isShown,
    retry: 1,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useAddOverlay() {
  const { core, info } = useWorkbench()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: CreateOverlayBody) => core.client.createOverlay(body),
    onSuccess: ({ target }) => {
      const path = target === '.' ? info.directory : joinPath(info.directory, target)
      if (target !== '.') core.setDirectoryOpen(path, true)
      // What is told of a link does not say that packages are behind it.
      void core.refreshFiles(path)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.overlays }),
  })
}

/** Forgets an overlay, after a question where that ends its copying. */
export function useForgetOverlay() {
  const { core } = useWorkbench()
  const queries = useQueryClient()
  const confirm = useConfirm()

  async function forget({ id }: OverlayInfo): Promise<void> {
    await core.client.deleteOverlay(id)
    await queries.invalidateQueries({ queryKey: queryKeys.overlays })
    toast.success('Removed from the list. The files stay.')
  }

  return (overlay: OverlayInfo) => {
    if (!isCopying(overlay)) return runAction(() => forget(overlay))
    confirm({
      title: `Stop copying ${sourceTitle(overlay.source)}?`,
      description: 'What is copied so far stays in its folder. What is missing will not come.',
      confirmLabel: 'Stop copying',
      act: () => forget(overlay),
    })
  }
}
