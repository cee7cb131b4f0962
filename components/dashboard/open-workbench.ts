import type { OpenedSandbox } from '@/lib/protocol/sandboxes'

/**
 * Redeems the link by a real form, since only POST does and since the browser must itself go to the sandbox's own host,
 * which sets its cookie and shows the workbench. `target` names a window; '_self' is this one.
 */
export function openWorkbench(opened: OpenedSandbox, target = '_self'): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = opened.magicUrl
  form.target = target
  form.hidden = true
  document.body.append(form)
  form.submit()
  form.remove()
}
