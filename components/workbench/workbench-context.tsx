'use client'

import { createContext, useContext, useSyncExternalStore } from 'react'
import type { SandboxInfo } from '@/lib/protocol/workbench'
import type { WorkbenchCore } from './workbench-core'

export type WorkbenchValue = { core: WorkbenchCore; info: SandboxInfo; canEdit: boolean; isOwner: boolean }

export const WorkbenchContext = createContext<WorkbenchValue | null>(null)

/** The workbench that a part belongs to: its sandbox, and what this person may do in it. */
export function useWorkbench(): WorkbenchValue {
  const value = useContext(WorkbenchContext)
  if (!value) throw new Error('This part belongs inside of a workbench.')
  return value
}

/**
 * Whether the page is dark by now. Asked of the page, not of next-themes: that tells its new theme before the page has it,
 * and whoever draws by the page's colors would draw with the old ones.
 */
export function useIsDark(): boolean {
  return useSyncExternalStore(onThemeChange, isPageDark, () => false)
}

function isPageDark(): boolean {
  return document.documentElement.classList.contains('dark')
}

function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['class'] })
  return () => observer.disconnect()
}
