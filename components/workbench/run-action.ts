import { toast } from '@/components/ui/toast'
import { toSandboxError } from '@/lib/errors'

/** Does something that a person asked for, and says so where it fails. */
export function runAction(act: () => Promise<unknown>): void {
  act().catch((thrown: unknown) => {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return
    const error = toSandboxError(thrown)
    // An ended session is said by a bar that stays (`session-banner.tsx`), not once per act.
    if (error.code !== 'unauthorized') toast.error(error.message)
  })
}

/** Puts text on the clipboard, or shows it to be copied by hand where the browser allows no more. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(`${what} copied.`)
  } catch {
    toast.message(`This browser does not let the page copy. ${what}:`, {
      description: text,
      duration: 20_000,
    })
  }
}
