import { signedInRoute } from '../../../signed-in-route'

/** A one-use link into the workbench, as its owner. A sandbox that is stopped is started first. */
export const POST = signedInRoute(async ({ sandboxes, id }) => {
  const { status } = await sandboxes.get(id)
  if (status === 'stopped' || status === 'failed') await sandboxes.start(id)
  return sandboxes.open(id, { role: 'own' })
})
