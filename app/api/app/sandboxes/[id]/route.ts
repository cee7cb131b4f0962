import { signedInRoute } from '../../signed-in-route'

export const GET = signedInRoute(({ sandboxes, id }) => sandboxes.get(id))

export const DELETE = signedInRoute(({ sandboxes, id }) => sandboxes.delete(id))
