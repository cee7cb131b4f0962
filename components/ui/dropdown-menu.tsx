'use client'

import { Check } from 'lucide-react'
import { DropdownMenu as MenuPrimitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names'
import { MenuItem, type MenuItemProps } from './menu-item'
import { menuItem, menuLabel, menuPanel, menuSeparator } from './menu-look'

/** Not modal: the page behind stays readable to everyone, and scrolls. */
export function DropdownMenu(props: ComponentProps<typeof MenuPrimitive.Root>) {
  return <MenuPrimitive.Root modal={false} {...props} />
}

export const DropdownMenuTrigger = MenuPrimitive.Trigger
export const DropdownMenuRadioGroup = MenuPrimitive.RadioGroup

export function DropdownMenuContent({ className, ...props }: ComponentProps<typeof MenuPrimitive.Content>) {
  return (
    <MenuPrimitive.Portal>
      <MenuPrimitive.Content
        collisionPadding={8}
        sideOffset={4}
        align="end"
        {...props}
        className={cn(menuPanel, className)}
      />
    </MenuPrimitive.Portal>
  )
}

export function DropdownMenuItem(props: MenuItemProps) {
  return <MenuItem {...props} primitive={MenuPrimitive.Item} />
}

export function DropdownMenuRadioItem({
  children,
  ...props
}: ComponentProps<typeof MenuPrimitive.RadioItem>) {
  return (
    <MenuPrimitive.RadioItem {...props} className={menuItem}>
      {children}
      <MenuPrimitive.ItemIndicator className="ml-auto pl-4">
        <Check aria-hidden />
      </MenuPrimitive.ItemIndicator>
    </MenuPrimitive.RadioItem>
  )
}

export function DropdownMenuLabel({ children }: { children: ReactNode }) {
  return <MenuPrimitive.Label className={menuLabel}>{children}</MenuPrimitive.Label>
}

export function DropdownMenuSeparator() {
  return <MenuPrimitive.Separator className={menuSeparator} />
}
