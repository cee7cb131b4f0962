'use client'

import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './class-names'
import { Spinner } from './spinner'
import { Tooltip, type TooltipProps } from './tooltip'

const iconButtonLook = cva(
  'inline-flex shrink-0 items-center justify-center rounded-medium border border-transparent text-ink-2 transition-colors enabled:hover:bg-hover enabled:hover:text-ink enabled:active:bg-pressed disabled:opacity-50 aria-pressed:bg-selected aria-pressed:text-accent data-[state=open]:bg-hover data-[state=open]:text-ink [&_svg]:size-4 pointer-coarse:size-11',
  {
    variants: { size: { small: 'size-6', medium: 'size-8', large: 'size-10' } },
    defaultVariants: { size: 'medium' },
  },
)

export interface IconButtonProps
  extends Omit<ComponentProps<'button'>, 'aria-label' | 'title'>,
    VariantProps<typeof iconButtonLook> {
  /** What it does, as a verb: its accessible name and its tooltip. */
  label: string
  shortcut?: string
  tooltipSide?: TooltipProps['side']
  isBusy?: boolean
}

/** An icon alone. The child is one of lucide's icons. */
export function IconButton({
  label,
  shortcut,
  tooltipSide,
  size,
  className,
  isBusy = false,
  children,
  ...props
}: IconButtonProps) {
  return (
    <Tooltip label={label} shortcut={shortcut} side={tooltipSide ?? 'bottom'}>
      <button
        type="button"
        {...props}
        aria-label={label}
        aria-busy={isBusy || undefined}
        aria-disabled={isBusy || props['aria-disabled']}
        onClick={isBusy ? undefined : props.onClick}
        className={cn(iconButtonLook({ size }), className)}
      >
        {isBusy ? <Spinner /> : children}
      </button>
    </Tooltip>
  )
}
