'use client'

import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps, MouseEvent } from 'react'
import { cn } from './class-names'
import { Spinner } from './spinner'

const buttonLook = cva(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-medium border font-medium whitespace-nowrap no-underline select-none transition-colors disabled:opacity-50 aria-disabled:opacity-60 [&_svg]:shrink-0 pointer-coarse:min-h-11 pointer-coarse:min-w-11',
  {
    variants: {
      variant: {
        primary:
          'border-accent bg-accent text-accent-ink enabled:hover:border-accent-hover enabled:hover:bg-accent-hover enabled:active:brightness-90 [a&]:hover:border-accent-hover [a&]:hover:bg-accent-hover',
        secondary:
          'border-line-strong bg-surface text-ink enabled:hover:bg-hover enabled:active:bg-pressed [a&]:hover:bg-hover [a&]:active:bg-pressed',
        ghost:
          'border-transparent bg-transparent text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink enabled:active:bg-pressed [a&]:hover:bg-hover [a&]:hover:text-ink',
        danger:
          'border-bad bg-bad text-bad-ink enabled:hover:border-bad-hover enabled:hover:bg-bad-hover enabled:active:brightness-90',
      },
      size: {
        small: 'h-7 px-2 text-13',
        medium: 'h-8 px-3 text-13',
        large: 'h-10 px-4 text-14 font-semibold',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'medium' },
  },
)

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof buttonLook> {
  /** Shows a spinner and takes no clicks, but keeps the focus where it is. */
  isBusy?: boolean
  /** Renders the one child (a link, say) with the looks of a button. */
  asChild?: boolean
}

export function Button({ variant, size, className, isBusy = false, asChild = false, ...props }: ButtonProps) {
  const look = cn(buttonLook({ variant, size }), className)
  if (asChild) return <Slot.Root {...props} className={look} />
  const { children, onClick, type = 'button', ...rest } = props
  return (
    <button
      {...rest}
      type={isBusy ? 'button' : type}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || rest['aria-disabled']}
      onClick={isBusy ? ignore : onClick}
      className={look}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  )
}

function ignore(event: MouseEvent): void {
  event.preventDefault()
}
