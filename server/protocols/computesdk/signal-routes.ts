import { SandboxError } from '@/lib/errors'
import {
  type ErrorSignalAnswer,
  ErrorSignalBody,
  type PortSignalAnswer,
  PortSignalBody,
  ServerReadyBody,
  type SignalStatusAnswer,
} from '@/lib/protocol/signals'
import type { RequestContext } from '../../request-context'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { RequestRoute } from '../site'
import { type PreviewUrl, SIGNALS_CHANNEL, type Signals } from './signals'
import { wsUrl } from './ws-url'

export interface SignalRoutesDeps {
  entry: Entry
  signals: Signals
  previewUrl: PreviewUrl
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

/** Signals: of ports by themselves, and whatever programs tell each other. */
export function signalRoutes(deps: SignalRoutesDeps): RequestRoute<SandboxTarget>[] {
  const { entry, signals, previewUrl, sandboxUrl } = deps
  const status = async (exchange: Exchange, { id }: SandboxTarget): Promise<SignalStatusAnswer> => ({
    message: 'Signals',
    data: {
      status: (await signals.isActive(id)) ? 'active' : 'stopped',
      channel: SIGNALS_CHANNEL,
      ws_url: wsUrl(sandboxUrl(id, exchange.context)),
    },
  })
  return [
    {
      method: 'POST',
      pattern: '/signals/start',
      async handle(exchange, target) {
        await entry.agent(exchange, target, 'edit')
        await signals.start(target.id, exchange.context)
        exchange.send(200, await status(exchange, target))
      },
    },
    {
      method: 'POST',
      pattern: '/signals/stop',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        await signals.stop(target.id)
        exchange.send(200, await status(exchange, target))
      },
    },
    {
      method: 'GET',
      pattern: '/signals/status',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'view')
        exchange.send(200, await status(exchange, target))
      },
    },
    ...emittingRoutes(entry, signals, previewUrl),
  ]
}

function emittingRoutes(
  entry: Entry,
  signals: Signals,
  previewUrl: PreviewUrl,
): RequestRoute<SandboxTarget>[] {
  const emitPort = async (exchange: Exchange, { id }: SandboxTarget, data: PortSignalAnswer['data']) => {
    await signals.emit(id, { signal: 'port', ...data })
    exchange.send(200, { message: 'Port signal', data } satisfies PortSignalAnswer)
  }
  return [
    {
      method: 'POST',
      pattern: '/signals/port',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        const { port, type, url } = await exchange.json(PortSignalBody)
        await emitPort(exchange, target, { port, type, url })
      },
    },
    {
      method: 'POST',
      pattern: '/signals/port/:port/:type',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        const { port, type } = named(exchange)
        await emitPort(exchange, target, { port, type, url: previewUrl(target.id, port, exchange.context) })
      },
    },
    {
      method: 'POST',
      pattern: '/signals/server-ready',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        const { port, url } = await exchange.json(ServerReadyBody)
        const data = { port, type: 'open' as const, url }
        await signals.emit(target.id, { signal: 'server-ready', ...data })
        exchange.send(200, { message: 'Server-ready signal', data } satisfies PortSignalAnswer)
      },
    },
    {
      method: 'POST',
      pattern: '/signals/error',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        const { message } = await exchange.json(ErrorSignalBody)
        await signals.emit(target.id, { signal: 'error', message })
        exchange.send(200, { message: 'Error signal', data: { message } } satisfies ErrorSignalAnswer)
      },
    },
  ]
}

function named(exchange: Exchange): { port: number; type: 'open' | 'close' } {
  const [text, type] = [exchange.param('port'), exchange.param('type')]
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535)
    throw new SandboxError('bad_request', 'A port is a whole number from 1 to 65535.')
  if (type !== 'open' && type !== 'close') throw new SandboxError('bad_request', 'A port can open or close.')
  return { port, type }
}
