import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { SessionWatch } from './session-watch'

it('learns from the answers that the session has ended, and that there is one again', async () => {
  const server = createServer((request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const watch = new SessionWatch()
  const said: boolean[] = []
  for (const status of [200, 401, 500, 404, 200]) {
    await watch.fetch(`http://127.0.0.1:${port}/${status}`)
    said.push(watch.hasEnded.get())
  }
  server.close()
  expect(said).toEqual([false, true, true, true, false])
})
