import type { ServerResponse } from 'node:http'
import type { SandboxError } from '@/lib/errors'
import { escapeHtml, sendPage } from '../page'

/** Soon enough to feel immediate when a dev server comes up, seldom enough for a forgotten tab. */
const REFRESH_SECONDS = 2

export function sendPrivatePage(res: ServerResponse, port: number): void {
  sendPage(res, 401, {
    title: 'This preview is private',
    body: `<p>Open port ${port} from the <b>Ports</b> panel of its sandbox. A link that was opened once, or is older than a minute, does not open it again.</p>`,
    // It says nothing and does nothing, and belongs into the frame that the workbench made for it.
    frameAncestors: '*',
  })
}

/** In place of a program that does not answer (yet). Asks again by itself. */
export function sendWaitingPage(
  res: ServerResponse,
  port: number,
  error: SandboxError,
  frameOrigin: string,
): void {
  sendPage(res, error.status, {
    title: titleOf(error, port),
    body: `<p>${hintOf(error, port)}</p><p>This page looks again by itself.</p>`,
    refreshSeconds: REFRESH_SECONDS,
    frameAncestors: frameOrigin,
  })
}

function titleOf(error: SandboxError, port: number): string {
  if (error.code === 'port_closed') return `Nothing answers on port ${port} yet`
  if (error.code === 'sandbox_stopped') return 'This sandbox is stopped'
  if (error.code === 'sandbox_not_found') return 'This sandbox is gone'
  return `Port ${port} cannot be shown now`
}

function hintOf(error: SandboxError, port: number): string {
  if (error.code === 'port_closed')
    return `Start your program in a terminal and let it listen on port <code>${port}</code>, on <code>127.0.0.1</code> or on all addresses.`
  if (error.code === 'sandbox_stopped')
    return 'Start it on the dashboard or in its workbench; its files are kept.'
  return escapeHtml(error.message)
}
