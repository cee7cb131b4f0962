import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './class-names'

const inputLook = cva(
  // 16 px by touch: phones zoom into fields with smaller text.
  'w-full min-w-0 rounded-medium border border-line-strong bg-surface text-ink transition-colors hover:border-ink-3 focus-visible:border-accent disabled:opacity-50 aria-invalid:border-bad pointer-coarse:min-h-11 pointer-coarse:text-16',
  {
    variants: { size: { small: 'h-6 px-2 text-13', medium: 'h-8 px-3 text-13', large: 'h-10 px-3 text-14' } },
    defaultVariants: { size: 'medium' },
  },
)

export interface InputProps extends Omit<ComponentProps<'input'>, 'size'>, VariantProps<typeof inputLook> {}

export function Input({ size, className, ...props }: InputProps) {
  return <input {...props} className={cn(inputLook({ size }), className)} />
}
