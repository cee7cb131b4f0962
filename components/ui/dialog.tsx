'use client'

import { X } from 'lucide-react'
import { Dialog as DialogPrimitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names'
import { IconButton } from './icon-button'
import { useReturnFocus } from './use-return-focus'

export const Dialog = DialogPrimitive.Root
export const DialogClose = DialogPrimitive.Close

export interface DialogContentProps extends Omit<ComponentProps<typeof DialogPrimitive.Content>, 'title'> {
  title: ReactNode
  description?: ReactNode
}

export function DialogContent({ title, description, className, children, ...props }: DialogContentProps) {
  const returnFocus = useReturnFocus()
  return (
    <DialogPrimitive.Portal>
      <DialogPrimitive.Overlay className="fixed inset-0 z-40 animate-appear bg-overlay" />
      <DialogPrimitive.Content
        {...returnFocus}
        {...props}
        {...(description === undefined && { 'aria-describedby': undefined })}
        className={cn(dialogPanel, className)}
      >
        <DialogPrimitive.Title className="pr-10 text-16 font-semibold">{title}</DialogPrimitive.Title>
        {description !== undefined && (
          <DialogPrimitive.Description className="mt-1 text-ink-2">{description}</DialogPrimitive.Description>
        )}
        {children}
        {/* Last, so that the focus starts on what the dialog is about. */}
        <DialogPrimitive.Close asChild>
          <IconButton
            label="Close"
            className="absolute top-4 right-4 pointer-coarse:top-2 pointer-coarse:right-2"
          >
            <X aria-hidden />
          </IconButton>
        </DialogPrimitive.Close>
      </DialogPrimitive.Content>
    </DialogPrimitive.Portal>
  )
}

/** Shared with the alert dialog: in the middle of a screen, at the bottom of a phone. */
export const dialogPanel =
  'fixed inset-x-0 bottom-0 z-50 mx-auto max-h-[90dvh] w-full animate-rise overflow-y-auto rounded-t-large border border-line-strong bg-surface p-6 shadow-float focus:outline-none sm:top-1/2 sm:bottom-auto sm:max-w-md sm:-translate-y-1/2 sm:rounded-large'

/** The row of buttons: the one that acts comes last. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{children}</div>
}
