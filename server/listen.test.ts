import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, it } from 'vitest'
import { listen } from './listen'

it('says that a port is taken, and what to do', async () => {
  const first = createServer()
  const port = await listen(first, '127.0.0.1', 0)
  await expect(listen(createServer(), '127.0.0.1', port)).rejects.toThrow(
    `Port ${port} is taken. Start Sandlot on another one: PORT=${port + 1} npm start`,
  )
  first.close()
})

it('says that an address is not of this machine', async () => {
  await expect(listen(createServer(), '192.0.2.1', 0)).rejects.toThrow(
    'HOST=192.0.2.1 is no address of this machine',
  )
})

it('listens on 127.0.0.1 beside another address', async () => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address
  // 127.0.0.2 is this machine, too: where it has no other address, that is what there is to test with.
  const server = createServer((_, res) => res.end('here'))
  const port = await listen(server, own ?? '127.0.0.1', 0)
  expect((server.address() as AddressInfo).port).toBe(port)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here')
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})
