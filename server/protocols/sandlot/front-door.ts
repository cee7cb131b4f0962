import { SandboxError } from '@/lib/errors'
import type { SandboxTarget } from '../entry'
import type { RequestRoute } from '../site'

/** The bare address of a sandbox: whoever opens it in a browser means the workbench. */
export const frontDoor: RequestRoute<SandboxTarget> = {
  method: 'GET',
  pattern: '/',
  handle(exchange) {
    const workbench = `${exchange.context.base}/play/`
    // Browsers that open a page want HTML before all else; programs do not ask for it.
    if (!exchange.header('accept')?.startsWith('text/html')) {
      throw new SandboxError(
        'not_found',
        `There is nothing at this address. The workbench is at ${workbench}.`,
      )
    }
    exchange.response.writeHead(303, { location: workbench }).end()
  },
}
