import { toast } from '@/components/ui/toast'

/** Browsers have a clipboard on https and localhost only; elsewhere the text is shown, to be copied by hand. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(done)
  } catch {
    toast(`The browser does not let this page copy. Copy it from here: ${text}`, { duration: 30_000 })
  }
}
