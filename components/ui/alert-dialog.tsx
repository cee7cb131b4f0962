'use client'

import { AlertDialog as AlertDialogPrimitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'
import { DialogFooter, dialogPanel } from './dialog'
import { useReturnFocus } from './use-return-focus'

export interface AlertDialogProps {
  isOpen: boolean
  onOpenChange(isOpen: boolean): void
  title: ReactNode
  description: ReactNode
  /** A verb: "End sandbox". */
  confirmLabel: string
  isBusy?: boolean
  onConfirm(): void
}

/** Asks before something that cannot be taken back. The focus starts on Cancel; while busy it stays open. */
export function AlertDialog(props: AlertDialogProps) {
  const { isOpen, onOpenChange, title, description, confirmLabel, isBusy = false, onConfirm } = props
  const returnFocus = useReturnFocus()
  return (
    <AlertDialogPrimitive.Root open={isOpen} onOpenChange={(open) => !isBusy && onOpenChange(open)}>
      <AlertDialogPrimitive.Portal>
        <AlertDialogPrimitive.Overlay className="fixed inset-0 z-40 animate-appear bg-overlay" />
        <AlertDialogPrimitive.Content {...returnFocus} className={dialogPanel}>
          <AlertDialogPrimitive.Title className="text-16 font-semibold">{title}</AlertDialogPrimitive.Title>
          <AlertDialogPrimitive.Description className="mt-2 text-ink-2">
            {description}
          </AlertDialogPrimitive.Description>
          <DialogFooter>
            <AlertDialogPrimitive.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialogPrimitive.Cancel>
            <Button variant="danger" isBusy={isBusy} onClick={onConfirm}>
              {confirmLabel}
            </Button>
          </DialogFooter>
        </AlertDialogPrimitive.Content>
      </AlertDialogPrimitive.Portal>
    </AlertDialogPrimitive.Root>
  )
}
