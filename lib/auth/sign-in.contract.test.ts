import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NextApiRequest, NextApiResponse } from 'next'
import NextAuth from 'next-auth'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type OpenDatabase, openDatabase } from '@/lib/db/open-database'
import { startPostgres } from '@/lib/db/start-postgres.test-server'
import { UserStore } from '@/lib/db/users'
import { authAdapter } from './adapter'
import { authOptionsFor } from './options'
import { createSignInLink, OWNER_EMAIL } from './sign-in-link'

const BASE_URL = 'http://localhost:3000'
const SECRET = 'a secret of more than thirty-two characters'
const COOKIE = 'sandlot-session'

const kinds = [
  {
    name: 'SQLite',
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'sandlot-auth-'))
      return { url: join(directory, 'auth.db'), stop: async () => rmSync(directory, { recursive: true }) }
    },
  },
  { name: 'PostgreSQL', start: startPostgres },
]

describe.each(kinds)('signing in on $name, by next-auth itself', ({ start }) => {
  let server: { url: string; stop(): Promise<void> }
  let database: OpenDatabase

  beforeAll(async () => {
    server = await start()
    database = await openDatabase(server.url)
  })
  afterAll(async () => {
    await database?.close()
    await server?.stop()
  })
  beforeEach(async () => {
    vi.stubEnv('NEXTAUTH_URL', BASE_URL)
    await database.db.deleteFrom('VerificationToken').execute()
    await database.db.deleteFrom('User').execute()
  })
  afterEach(() => vi.unstubAllEnvs())

  const ask = async (path: string[], call: Call = {}) => {
    const recorder = new Recorder()
    const { query = {}, ...rest } = call
    const request = { method: 'GET', headers: { host: 'localhost:3000' }, cookies: {}, ...rest }
    const options = { ...authOptionsFor(database.db), secret: SECRET, logger: SILENT }
    await NextAuth(
      { ...request, query: { ...query, nextauth: path } } as unknown as NextApiRequest,
      recorder as unknown as NextApiResponse,
      options,
    )
    return recorder
  }
  const linkOf = async () => {
    const link = new URL(await createSignInLink({ database, baseUrl: BASE_URL, secret: SECRET }))
    return Object.fromEntries(new URLSearchParams(link.hash.slice(1)))
  }
  const redeem = async (query: Record<string, string>) => {
    const answer = await ask(['callback', 'email'], { query })
    return answer.cookies().find((cookie) => cookie.name === COOKIE)
  }
  const userOf = async (sessionToken: string) => {
    const answer = await ask(['session'], { cookies: { [COOKIE]: sessionToken } })
    return (answer.body as { user?: { id: string; email: string } }).user
  }

  it('lets the owner in by a link, with a cookie for this host alone', async () => {
    const cookie = await redeem(await linkOf())
    expect(cookie?.attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']))
    expect(cookie?.attributes.join()).not.toMatch(/Domain|Secure/)
    const owner = await new UserStore(database.db).getByEmail(OWNER_EMAIL)
    expect(await userOf(cookie?.value ?? '')).toMatchObject({ id: owner?.id, email: OWNER_EMAIL })
  })

  it('keeps the secret of the link in its fragment', async () => {
    const link = new URL(await createSignInLink({ database, baseUrl: BASE_URL, secret: SECRET }))
    expect(link.origin + link.pathname + link.search).toBe(`${BASE_URL}/sign-in`)
  })

  it('takes a link once, however many try at the same time', async () => {
    const link = await linkOf()
    const cookies = await Promise.all(Array.from({ length: 8 }, () => redeem(link)))
    expect(cookies.filter((cookie) => cookie !== undefined)).toHaveLength(1)
    expect(await redeem(link)).toBeUndefined()
  })

  it('takes no link that is older than ten minutes', async () => {
    const link = await linkOf()
    const past = new Date(Date.now() - 1000).toISOString()
    await database.db.updateTable('VerificationToken').set({ expires: past }).execute()
    expect(await redeem(link)).toBeUndefined()
  })

  it('takes no link of another address, nor a changed one', async () => {
    const link = await linkOf()
    await new UserStore(database.db).ensureOwner('other@example.com')
    expect(await redeem({ ...link, email: 'other@example.com' })).toBeUndefined()
    expect(await redeem({ ...link, token: `${link.token}x` })).toBeUndefined()
    expect(await redeem({ token: '', email: OWNER_EMAIL })).toBeUndefined()
    expect(await redeem(link)).toBeDefined()
  })

  it('forgets sessions that are over', async () => {
    const cookie = await redeem(await linkOf())
    const past = new Date(Date.now() - 1000).toISOString()
    await database.db.updateTable('Session').set({ expires: past }).execute()
    expect(await userOf(cookie?.value ?? '')).toBeUndefined()
  })

  it('ends a session at once when it is deleted', async () => {
    const cookie = await redeem(await linkOf())
    await authAdapter(database.db).deleteSession?.(cookie?.value ?? '')
    expect(await userOf(cookie?.value ?? '')).toBeUndefined()
  })

  it('keeps no session token that a thief of the database could use', async () => {
    const cookie = await redeem(await linkOf())
    const { sessionToken } = await database.db
      .selectFrom('Session')
      .select('sessionToken')
      .executeTakeFirstOrThrow()
    expect(sessionToken).toBe(
      createHash('sha256')
        .update(cookie?.value ?? '')
        .digest('hex'),
    )
    expect(await userOf(sessionToken)).toBeUndefined()
  })

  it('clears links away that nobody used', async () => {
    await linkOf()
    const past = new Date(Date.now() - 1000).toISOString()
    await database.db.updateTable('VerificationToken').set({ expires: past }).execute()
    await linkOf()
    expect(await database.db.selectFrom('VerificationToken').selectAll().execute()).toHaveLength(1)
  })

  describe('by mail', () => {
    let mailbox: Mailbox
    beforeEach(async () => {
      mailbox = await openMailbox()
      vi.stubEnv('EMAIL_SERVER', `smtp://127.0.0.1:${mailbox.port}`)
    })
    afterEach(() => mailbox.close())

    /** What the form of the sign-in page does: a CSRF token first, then the request. */
    const request = async (email: string) => {
      const csrf = await ask(['csrf'])
      const { csrfToken } = csrf.body as { csrfToken: string }
      const cookies = Object.fromEntries(csrf.cookies().map((cookie) => [cookie.name, cookie.value]))
      const body = { email, csrfToken, callbackUrl: BASE_URL }
      await ask(['signin', 'email'], { method: 'POST', cookies, body })
    }

    it('sends a link that works, to someone who is known here', async () => {
      await new UserStore(database.db).ensureOwner('teacher@example.com')
      await request('Teacher@Example.com')
      const letter = mailbox.letters[0] ?? ''
      const link = new URL(/http:\S+/.exec(letter)?.[0] ?? '')
      expect(letter).toContain('To: teacher@example.com')
      expect(link.pathname).toBe('/sign-in')
      const cookie = await redeem(Object.fromEntries(new URLSearchParams(link.hash.slice(1))))
      expect(await userOf(cookie?.value ?? '')).toMatchObject({ email: 'teacher@example.com' })
    })

    it('sends nothing to strangers, and makes no account for them', async () => {
      await request('stranger@example.com')
      expect(mailbox.letters).toEqual([])
      expect(await new UserStore(database.db).getByEmail('stranger@example.com')).toBeNull()
    })

    it('sends at most five letters while their links are good', async () => {
      await new UserStore(database.db).ensureOwner('teacher@example.com')
      for (let i = 0; i < 7; i++) await request('teacher@example.com')
      expect(mailbox.letters).toHaveLength(5)
    })

    it('sends nothing where no mail server is set', async () => {
      vi.stubEnv('EMAIL_SERVER', '')
      await new UserStore(database.db).ensureOwner('teacher@example.com')
      await request('teacher@example.com')
      expect(mailbox.letters).toEqual([])
      expect(await database.db.selectFrom('VerificationToken').selectAll().execute()).toEqual([])
    })
  })
})

/** next-auth writes each refusal to the console, which here is expected. */
const SILENT = { error: () => undefined, warn: () => undefined, debug: () => undefined }

interface Call {
  method?: string
  query?: Record<string, string>
  cookies?: Record<string, string>
  body?: Record<string, string>
}

/** What next-auth answers through the handler that needs no running Next. */
class Recorder {
  body: unknown
  readonly #headers = new Map<string, unknown>()

  status() {
    return this
  }
  setHeader(name: string, value: unknown) {
    this.#headers.set(name.toLowerCase(), value)
    return this
  }
  getHeader(name: string) {
    return this.#headers.get(name.toLowerCase())
  }
  json(body: unknown) {
    this.body = body
  }
  send(body: unknown) {
    this.body = body
  }
  end() {
    return this
  }
  cookies() {
    const lines = (this.getHeader('set-cookie') ?? []) as string[]
    return lines.map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      return { name, value: decodeURIComponent(value), attributes }
    })
  }
}

interface Mailbox {
  port: number
  letters: string[]
  close(): Promise<void>
}

/** An SMTP server that takes every letter and keeps it. */
async function openMailbox(): Promise<Mailbox> {
  const letters: string[] = []
  const server: Server = createServer((socket) => receive(socket, letters))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The mailbox has no port.')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { port: address.port, letters, close }
}

function receive(socket: Socket, letters: string[]): void {
  let text = ''
  let inLetter = false
  socket.write('220 mailbox\r\n')
  socket.on('data', (chunk) => {
    text += chunk.toString()
    const end = inLetter ? '\r\n.\r\n' : '\r\n'
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(inLetter ? '\r\n.\r\n' : '\r\n')) {
      const part = text.slice(0, at)
      text = text.slice(at + (inLetter ? 5 : 2))
      if (inLetter) letters.push(readable(part))
      inLetter = !inLetter && part === 'DATA'
      socket.write(inLetter ? '354 go on\r\n' : part === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n')
    }
  })
}

/** Undoes quoted-printable, which breaks long lines. */
function readable(letter: string): string {
  return letter
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
