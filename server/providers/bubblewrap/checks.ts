import type { Check } from '../provider'
import type { Host } from './host'

export async function checkHost(host: Host): Promise<Check[]> {
  return [{ name: 'cgroups', status: 'ok', detail: host.cgroups.description }]
}
