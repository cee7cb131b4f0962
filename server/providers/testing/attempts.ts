import { expect } from 'vitest'

type Found = [address: string, protocol: string, result: string]
const PROTOCOLS = ['tcp', 'udp']

/** What comes of going to each address from inside: by TCP, and by UDP, where connecting sends nothing. */
export async function attempt(
  python: (code: string) => Promise<{ stdout: string; stderr: string; exitCode: number }>,
  port: number,
  targets: string[],
  protocols = PROTOCOLS,
): Promise<Found[]> {
  const { stdout, stderr, exitCode } = await python(`
import errno, json, socket
found = []
for address in json.loads('${JSON.stringify(targets)}'):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    for name in json.loads('${JSON.stringify(protocols)}'):
        kind = socket.SOCK_STREAM if name == 'tcp' else socket.SOCK_DGRAM
        try:
            with socket.socket(family, kind) as s:
                s.settimeout(1)
                # Of a tuple of two, the interface after % would be lost.
                s.connect(socket.getaddrinfo(address, ${port}, family, kind)[0][4])
                result = s.recv(9).decode() if kind == socket.SOCK_STREAM else 'route'
        except TimeoutError: result = 'timeout'
        except OSError as error: result = errno.errorcode.get(error.errno, str(error))
        found.append([address, name, result])
print(json.dumps(found))`)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  const found = JSON.parse(stdout) as Found[]
  expect(found).toHaveLength(protocols.length * targets.length)
  return found
}

/** Of those, where somebody was met, or could have been. */
export function met(found: Found[]): Found[] {
  return found.filter(([address, protocol, result]) =>
    protocol === 'tcp' ? result === 'reached' : result === 'route' && !isItsOwn(address),
  )
}

/** Addresses that are the sandbox's own or its gateway's: there is a way to them, and nobody of the host behind them. */
function isItsOwn(address: string): boolean {
  return /^(127\..*|::1|::|0\.0\.0\.0|10\.0\.2\.(2|3|100))$/.test(address)
}
