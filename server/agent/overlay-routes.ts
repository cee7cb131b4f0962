import { OverlayBody, type Overlays } from '@/server/agent-contract/overlays'
import { jsonBody } from './json-body'
import { createOverlay, deleteOverlay, findOverlay, listOverlays } from './overlays/overlays'
import type { Route } from './router'

export const overlayRoutes: Route[] = [
  {
    method: 'POST',
    path: '/overlays',
    handle: async ({ request }) =>
      Response.json(await createOverlay(await jsonBody(request, OverlayBody)), { status: 201 }),
  },
  {
    method: 'GET',
    path: '/overlays',
    handle: () => Response.json({ overlays: listOverlays() } satisfies Overlays),
  },
  {
    method: 'GET',
    path: '/overlays/:id',
    handle: ({ params: [id = ''] }) => Response.json(findOverlay(id)),
  },
  {
    method: 'DELETE',
    path: '/overlays/:id',
    handle: ({ params: [id = ''] }) => {
      deleteOverlay(id)
      return new Response(null, { status: 204 })
    },
  },
]
