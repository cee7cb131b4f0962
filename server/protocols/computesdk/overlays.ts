import { CreateOverlayBody, type OverlayInfo, type OverlayList } from '@/lib/protocol/overlays'
import type { Overlay } from '../../sandbox/agent-overlays'
import type { Entry, SandboxTarget } from '../entry'
import { isoTime } from '../iso-time'
import type { RequestRoute } from '../site'

/** ComputeSDK's overlays. What source and target may be, the agent says: it sees what they lead to. */
export function overlayRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/filesystem/overlays',
      async handle(exchange, target) {
        const { overlays } = await entry.agent(exchange, target, 'edit')
        const body = await exchange.json(CreateOverlayBody)
        exchange.send(201, overlayInfo(await overlays.create(body)))
      },
    },
    {
      method: 'GET',
      pattern: '/filesystem/overlays',
      async handle(exchange, target) {
        const { overlays } = await entry.agent(exchange, target, 'view')
        const answer: OverlayList = { overlays: (await overlays.list()).map(overlayInfo) }
        exchange.send(200, answer)
      },
    },
    {
      method: 'GET',
      pattern: '/filesystem/overlays/:id',
      async handle(exchange, target) {
        const { overlays } = await entry.agent(exchange, target, 'view')
        exchange.send(200, overlayInfo(await overlays.get(exchange.param('id'))))
      },
    },
    {
      method: 'DELETE',
      pattern: '/filesystem/overlays/:id',
      async handle(exchange, target) {
        const { overlays } = await entry.agent(exchange, target, 'edit')
        await overlays.delete(exchange.param('id'))
        exchange.done()
      },
    },
  ]
}

/** An overlay in the words of ComputeSDK. */
export function overlayInfo(overlay: Overlay): OverlayInfo {
  const {
    id,
    source,
    target,
    strategy,
    createdAtMs,
    copiedFiles,
    copiedDirectories,
    skipped,
    status,
    error,
  } = overlay
  return {
    id,
    source,
    target,
    strategy,
    created_at: isoTime(createdAtMs),
    stats: { copied_files: copiedFiles, copied_dirs: copiedDirectories, skipped },
    copy_status: status,
    ...(error === null ? {} : { copy_error: error }),
  }
}
