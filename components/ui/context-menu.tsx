'use client'

import { ContextMenu as MenuPrimitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './class-names'
import { menuItem, menuPanel, menuSeparator } from './menu-look'

/** Not modal: the page behind stays readable to everyone, and scrolls. */
export function ContextMenu(props: ComponentProps<typeof MenuPrimitive.Root>) {
  return <MenuPrimitive.Root modal={false} {...props} />
}

export const ContextMenuTrigger = MenuPrimitive.Trigger

export function ContextMenuContent({ className, ...props }: ComponentProps<typeof MenuPrimitive.Content>) {
  return (
    <MenuPrimitive.Portal>
      <MenuPrimitive.Content collisionPadding={8} {...props} className={cn(menuPanel, className)} />
    </MenuPrimitive.Portal>
  )
}

export interface ContextMenuItemProps extends ComponentProps<typeof MenuPrimitive.Item> {
  isDanger?: boolean
  /** Keys as the user reads them. */
  shortcut?: string
}

export function ContextMenuItem({ isDanger, shortcut, className, children, ...props }: ContextMenuItemProps) {
  return (
    <MenuPrimitive.Item {...props} data-danger={isDanger} className={cn(menuItem, className)}>
      {children}
      {shortcut !== undefined && <span className="ml-auto pl-4 text-12 text-ink-3">{shortcut}</span>}
    </MenuPrimitive.Item>
  )
}

export function ContextMenuSeparator() {
  return <MenuPrimitive.Separator className={menuSeparator} />
}
