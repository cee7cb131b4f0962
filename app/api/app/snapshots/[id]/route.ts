import { signedInRoute } from '../../signed-in-route'

export const DELETE = signedInRoute(({ sandboxes, id }) => sandboxes.deleteSnapshot(id))
