import type { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ComponentType } from 'react'
import { cn } from './class-names'
import { menuItem } from './menu-look'

type PrimitiveProps = ComponentProps<typeof DropdownMenu.Item>

export interface MenuItemProps extends PrimitiveProps {
  isDanger?: boolean
  /** Keys as the user reads them. */
  shortcut?: string
}

/** An item of either menu: Radix has one for each, which take the same. */
export function MenuItem({
  primitive: Primitive,
  isDanger,
  shortcut,
  className,
  children,
  ...props
}: MenuItemProps & { primitive: ComponentType<PrimitiveProps> }) {
  return (
    <Primitive {...props} data-danger={isDanger} className={cn(menuItem, className)}>
      {children}
      {shortcut !== undefined && <span className="ml-auto pl-4 text-12 text-ink-3">{shortcut}</span>}
    </Primitive>
  )
}
