import { signedInRoute } from '../signed-in-route'

export const GET = signedInRoute(({ sandboxes }) => sandboxes.listSnapshots())
