'use client'

import { ContextMenu as MenuPrimitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './class-names'
import { MenuItem, type MenuItemProps } from './menu-item'
import { menuPanel, menuSeparator } from './menu-look'

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

export function ContextMenuItem(props: MenuItemProps) {
  return <MenuItem {...props} primitive={MenuPrimitive.Item} />
}

export function ContextMenuSeparator() {
  return <MenuPrimitive.Separator className={menuSeparator} />
}
