'use client'

import { useCallback, useEffect, useState } from 'react'
import { toSandboxError } from '@/lib/errors'
import { appClient } from './app-client'
import { openWorkbench } from './open-workbench'

/**
 * Opens a sandbox that there is, or that is about to be. Busy from the click until the browser has left the page, and not any
 * more when the reader comes back to it. `open` answers why it did not open, or null.
 */
export function useOpenSandbox() {
  const [isOpening, setIsOpening] = useState(false)
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => event.persisted && setIsOpening(false)
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])

  const open = useCallback(
    async (findId: () => Promise<string>, isNewTab: boolean): Promise<string | null> => {
      // Opened during the click: a browser refuses a tab that comes later.
      const tab = isNewTab ? window.open('', '_blank') : null
      setIsOpening(true)
      try {
        const opened = await appClient.openSandbox(await findId())
        openWorkbench(opened, tab === null ? '_self' : nameOf(tab))
        if (tab !== null) setIsOpening(false)
        return null
      } catch (error) {
        tab?.close()
        setIsOpening(false)
        return toSandboxError(error).message
      }
    },
    [],
  )
  return { open, isOpening }
}

function nameOf(tab: Window): string {
  tab.name ||= `sandlot-${crypto.randomUUID()}`
  return tab.name
}
