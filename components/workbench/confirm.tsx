'use client'

import { createContext, type ReactNode, useContext, useState } from 'react'
import { AlertDialog } from '@/components/ui/alert-dialog'
import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'

export type Question = {
  title: string
  description: string
  /** A verb: "End sandbox". */
  confirmLabel: string
  act: () => Promise<void> | void
}

const ConfirmContext = createContext<(question: Question) => void>(() => undefined)

/** Asks before something that cannot be taken back, then does it. */
export function useConfirm(): (question: Question) => void {
  return useContext(ConfirmContext)
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [isBusy, setIsBusy] = useState(false)

  function ask(next: Question) {
    setQuestion(next)
    setIsOpen(true)
  }

  async function confirm() {
    setIsBusy(true)
    try {
      await question?.act()
      setIsOpen(false)
    } catch (thrown) {
      toast.error(toSandboxError(thrown).message)
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <ConfirmContext value={ask}>
      {children}
      <AlertDialog
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        title={question?.title ?? ''}
        description={question?.description ?? ''}
        confirmLabel={question?.confirmLabel ?? ''}
        isBusy={isBusy}
        onConfirm={() => void confirm()}
      />
    </ConfirmContext>
  )
}
