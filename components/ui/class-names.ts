import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

/** Our scales have names that tailwind-merge would otherwise take for colours. */
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ['11', '12', '13', '14', '16', '20', '28'],
      radius: ['small', 'medium', 'large'],
      shadow: ['float'],
    },
  },
})

/** Joins class names; of two that say the same thing the later one wins. */
export function cn(...names: ClassValue[]): string {
  return merge(clsx(names))
}
