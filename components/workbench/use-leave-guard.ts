'use client'

import { useEffect } from 'react'
import type { WorkbenchCore } from './workbench-core'

/** Edits go to the journal before the page does; only where the browser keeps them not must leaving be asked about. */
export function useLeaveGuard(core: WorkbenchCore): void {
  useEffect(() => {
    const { journal } = core.files
    const onHide = () => journal.flush()
    const onLeave = (event: BeforeUnloadEvent) => {
      journal.flush()
      if (!journal.keepsAll.get()) event.preventDefault()
    }
    document.addEventListener('visibilitychange', onHide)
    window.addEventListener('pagehide', onHide)
    window.addEventListener('beforeunload', onLeave)
    return () => {
      document.removeEventListener('visibilitychange', onHide)
      window.removeEventListener('pagehide', onHide)
      window.removeEventListener('beforeunload', onLeave)
    }
  }, [core])
}
