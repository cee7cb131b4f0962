import { signedInRoute } from '../../../signed-in-route'

export const POST = signedInRoute(({ sandboxes, id }) => sandboxes.stop(id))
