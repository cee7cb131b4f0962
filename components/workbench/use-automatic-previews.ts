import { useCallback, useEffect, useRef } from 'react'
import { usePorts } from './queries'
import { portsNotReady } from './server-status'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/**
 * A server that starts shows its page, once per port: whoever closes it has meant it. Those that run already do not; a
 * managed one whose health is checked waits until it is ready. The returned function shows a port unless it has been, and
 * tells whether somebody sees it now.
 */
export function useAutomaticPreviews(isPhone: boolean): (port: number) => boolean {
  const { core } = useWorkbench()
  const ports = usePorts().data
  const { servers } = useStore(core.servers.state)
  const known = useRef<Set<number>>(null)

  const showOnce = useCallback(
    (port: number): boolean => {
      if (known.current && !known.current.has(port)) {
        known.current.add(port)
        // On a phone it would take the terminal's place in the middle of typing.
        const { phonePane } = core.view.state.get()
        core.openPreview(port)
        if (isPhone) core.view.set({ phonePane })
      }
      const { activePreview, isPreviewOpen, phonePane } = core.view.state.get()
      return activePreview === port && (isPhone ? phonePane === 'preview' : isPreviewOpen)
    },
    [core, isPhone],
  )

  useEffect(() => {
    if (!ports) return
    const numbers = ports.map(({ port }) => port)
    if (known.current === null) {
      known.current = new Set(numbers)
      return
    }
    const waiting = portsNotReady(servers)
    for (const port of numbers) if (!waiting.has(port)) showOnce(port)
  }, [ports, servers, showOnce])

  return showOnce
}
