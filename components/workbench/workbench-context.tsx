'use client'

import { useTheme } from 'next-themes'
import { createContext, useContext } from 'react'
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

export function useIsDark(): boolean {
  return useTheme().resolvedTheme === 'dark'
}
