import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SandboxError } from '@/lib/errors'
import type { RequestContext } from '../request-context'
import { allowAnyOrigin, answerPreflight } from './cors'
import { AFTER_TOO_LARGE, drain, OTHERWISE } from './drain'
import { Exchange } from './exchange'
import { type Route, Router } from './router'

type Handler<Target> = (exchange: Exchange, target: Target) => void | Promise<void>
export type RequestRoute<Target> = Route<Handler<Target>>

/** An upgrade as it came, before anybody has answered it. */
export interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
  context: RequestContext
  params: Record<string, string>
}
export type UpgradeRoute<Target> = Route<(upgrade: Upgrade, target: Target) => void | Promise<void>>

export interface Site<Target> {
  /** All that it answers; `WS` for addresses that take WebSockets. */
  routes: { method: string; pattern: string }[]
  /** What it throws is for the caller to answer. */
  request(
    request: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
    target: Target,
  ): Promise<void>
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    context: RequestContext,
    target: Target,
  ): Promise<void>
}

/** Whatever protocols bring, behind one door. */
export function createSite<Target>(
  routes: readonly RequestRoute<Target>[],
  upgrades: readonly UpgradeRoute<Target>[] = [],
): Site<Target> {
  const router = new Router(routes)
  const upgradeRouter = new Router(upgrades)
  return {
    routes: [
      ...routes.map(({ method, pattern }) => ({ method, pattern })),
      ...upgrades.map(({ pattern }) => ({ method: 'WS', pattern })),
    ],
    async request(request, response, context, target) {
      allowAnyOrigin(response)
      const method = request.method ?? ''
      if (method === 'OPTIONS') return answerPreflight(response)
      try {
        const match = router.find(method, context.path)
        if (!match) throw refusal(router.methods(context.path), upgradeRouter, context, response)
        await match.handle(new Exchange(request, response, context, match), target)
      } catch (error) {
        await drain(request, bodyBounds(error))
        throw error
      }
    },
    async upgrade(request, socket, head, context, target) {
      const match = upgradeRouter.find('GET', context.path)
      if (!match) throw notFound()
      await match.handle({ request, socket, head, context, params: match.params }, target)
    },
  }
}

/** Only who was let in learns that a body is too large, and deserves to read it. */
function bodyBounds(error: unknown) {
  return error instanceof SandboxError && error.code === 'too_large' ? AFTER_TOO_LARGE : OTHERWISE
}

function refusal(
  methods: string[],
  upgrades: { methods(path: string): string[] },
  context: RequestContext,
  response: ServerResponse,
): SandboxError {
  if (methods.length === 0 && upgrades.methods(context.path).length > 0) {
    return new SandboxError('bad_request', 'This address is for WebSockets only.')
  }
  if (methods.length === 0) return notFound()
  const allowed = [...methods, 'OPTIONS'].join(', ')
  response.setHeader('Allow', allowed)
  return new SandboxError('method_not_allowed', `This address takes ${allowed}.`)
}

function notFound(): SandboxError {
  return new SandboxError('not_found', 'There is nothing at this address.')
}
