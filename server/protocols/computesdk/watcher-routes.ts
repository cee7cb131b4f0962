import { setTimeout as wait } from 'node:timers/promises'
import {
  type Watcher,
  type WatcherAnswer,
  WatcherCreateBody,
  type WatcherList,
} from '@/lib/protocol/watchers'
import type { RequestContext } from '../../request-context'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { parsePath } from '../paths'
import type { RequestRoute } from '../site'
import type { Watchers } from './watchers'
import { wsUrl } from './ws-url'

/** The published client drops its user's handlers with our answer: word of the end must be there before. */
const FAREWELL_MS = 30

export interface WatcherRoutesDeps {
  entry: Entry
  watchers: Watchers
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

/** Watchers; what they tell comes on their channels. */
export function watcherRoutes(deps: WatcherRoutesDeps): RequestRoute<SandboxTarget>[] {
  const { entry, watchers, sandboxUrl } = deps
  const answer = (watcher: Watcher, exchange: Exchange, { id }: SandboxTarget): WatcherAnswer => ({
    message: 'Watcher',
    data: { ...watcher, ws_url: wsUrl(sandboxUrl(id, exchange.context)) },
  })
  return [
    {
      method: 'POST',
      pattern: '/watchers',
      async handle(exchange, target) {
        await entry.agent(exchange, target, 'edit')
        const { path, includeContent, ignored, encoding } = await exchange.json(WatcherCreateBody)
        const absolute = await entry.resolve(target, parsePath(path))
        const watcher = await watchers.create(target.id, {
          path: absolute,
          includeContent,
          ignored,
          encoding,
        })
        exchange.send(201, answer(watcher, exchange, target))
      },
    },
    {
      method: 'GET',
      pattern: '/watchers',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'view')
        const list = await watchers.list(target.id)
        exchange.send(200, { message: 'Watchers', data: { watchers: list } } satisfies WatcherList)
      },
    },
    {
      method: 'GET',
      pattern: '/watchers/:id',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'view')
        exchange.send(200, answer(await watchers.get(target.id, exchange.param('id')), exchange, target))
      },
    },
    {
      method: 'DELETE',
      pattern: '/watchers/:id',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'edit')
        await watchers.destroy(target.id, exchange.param('id'))
        await wait(FAREWELL_MS)
        exchange.done()
      },
    },
  ]
}
