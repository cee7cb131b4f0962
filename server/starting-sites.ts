import { SandboxError } from '@/lib/errors'
import type { Target } from './address'
import type { Site, Sites } from './http-server'

/** The listener stands before all behind it does, so that a taken port is told at once: until then, it says to wait. */
export function createStartingSites(): { sites: Sites; start(sites: Sites): void } {
  let ready: Sites | null = null
  function site<Kind extends Exclude<Target['kind'], 'misdirected'>>(
    pick: (sites: Sites) => Site<Kind>,
  ): Site<Kind> {
    const current = () => {
      if (ready === null)
        throw new SandboxError('unavailable', 'Sandlot is starting. Try again in a moment.', {
          retryAfterSeconds: 1,
        })
      return pick(ready)
    }
    return {
      request: (...call) => current().request(...call),
      upgrade: (...call) => current().upgrade(...call),
    }
  }
  return {
    sites: {
      app: site((sites) => sites.app),
      api: site((sites) => sites.api),
      sandbox: site((sites) => sites.sandbox),
      preview: site((sites) => sites.preview),
    },
    start: (sites) => {
      ready = sites
    },
  }
}
