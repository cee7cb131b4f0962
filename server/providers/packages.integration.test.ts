import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { holdCaptive } from './testing/captive'
import { kinds } from './testing/provider-under-test'

const PROXY = 'http://10.200.7.1:3128'
const REGISTRY = 'http://10.200.7.2:4873/'
const INDEX = 'http://10.200.7.3/simple'
const MARK = "# The company's own authority"

/** Set before the provider is, in whose process or whose child's it then is. */
const OPERATORS = 'SANDLOT_TEST_OF_THE_OPERATOR'
process.env[OPERATORS] = 'secret'

const folder = mkdtempSync(join(tmpdir(), 'sandlot-authority-'))
const ca = join(folder, 'authority.pem')
chmodSync(folder, 0o755)
writeFileSync(ca, `${MARK}\n${rootCertificates[0]}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(kinds)('what a sandbox of $name is told of packages', ({ open }) => {
  const { run } = holdCaptive(() => open({ proxy: PROXY, registry: REGISTRY, index: INDEX, ca }))

  it('is the proxy, for all that ask for one, and not for what is its own', async () => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'])
      expect((await run(`printenv ${name}`)).stdout, name).toBe(`${PROXY}\n`)
    for (const name of ['NO_PROXY', 'no_proxy'])
      expect((await run(`printenv ${name}`)).stdout, name).toBe('localhost,127.0.0.1,::1\n')
  })

  it('is where npm and pip look', async () => {
    expect((await run('npm config get registry')).stdout).toBe(`${REGISTRY}\n`)
    expect((await run('pip config debug | grep -i index_url')).stdout).toContain(INDEX)
  })

  it("is the operator's authority besides the public ones, in the list that programs are pointed to", async () => {
    const path = '/etc/ssl/certs/ca-certificates.crt'
    const pointers = await run('printenv NODE_EXTRA_CA_CERTS PIP_CERT REQUESTS_CA_BUNDLE')
    expect(pointers.stdout).toBe(`${path}\n`.repeat(3))
    expect((await run(`grep -c "${MARK}" ${path}`)).stdout).toBe('1\n')
    const count = `node -e "console.log(require('fs').readFileSync('${path}', 'utf8').split('BEGIN CERT').length - 1)"`
    expect(Number((await run(count)).stdout)).toBeGreaterThan(1)
    expect((await run(`openssl crl2pkcs7 -nocrl -certfile ${path} -out /dev/null`)).exitCode).toBe(0)
  })

  it('is nothing of what the operator keeps in the environment', async () => {
    const { stdout } = await run('env; tr "\\0" "\\n" < /proc/self/environ')
    expect(stdout).toContain('USER=user')
    expect(stdout).not.toContain(OPERATORS)
  })
})
