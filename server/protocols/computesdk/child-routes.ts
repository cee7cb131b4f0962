import { SandboxError } from '@/lib/errors'
import { type Box, type BoxList, CreateChildBody } from '@/lib/protocol/children'
import { type Access, hashSecret, newSecret } from '../../auth/access'
import type { RequestContext } from '../../request-context'
import type { Sandbox } from '../../sandbox/sandbox-record'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import type { LiveSockets } from '../live-sockets'
import { sendWhenReady } from '../patient-answer'
import type { RequestRoute } from '../site'
import type { Channels } from './channels'
import { createOptions } from './create-options'
import { authorizeMain } from './main-credential'
import { setupOf } from './setup'

export interface ChildDeps {
  entry: Entry
  access: Access
  channels: Channels
  live: LiveSockets
  sandboxUrl: (sandboxId: string, context: RequestContext) => string
}

/** The main sandbox of whichever member is asked, and its children. */
interface Family {
  main: Sandbox
  children: Sandbox[]
}

/** Sandboxes beside a sandbox, made and ended by whoever has its access token. */
export function childRoutes(deps: ChildDeps): RequestRoute<SandboxTarget>[] {
  const { entry, access, sandboxUrl } = deps
  const { sandboxes } = entry
  const box = (exchange: Exchange, sandbox: Sandbox): Box => ({
    subdomain: sandbox.id,
    directory: sandbox.directory,
    is_main: sandbox.parentId === null,
    created_at: sandbox.createdAt,
    url: sandboxUrl(sandbox.id, exchange.context),
  })
  return [
    {
      method: 'POST',
      pattern: '/sandboxes',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'own')
        const body = await exchange.json(CreateChildBody)
        const { main, children } = await familyOf(entry, target.id)
        const setup = setupOf(body)
        const making = sandboxes.create({
          userId: main.userId,
          apiKeyId: main.apiKeyId,
          accessTokenHash: await access.accessTokenHash(main.id),
          ...childOptions(body),
          prepare: setup.prepare,
          parent: main,
        })
        const answer = making.then((child): Box => {
          const made = box(exchange, child)
          tell(deps, { main, children }, 'sandbox.created', { subdomain: made.subdomain, url: made.url })
          return { ...made, ...setup.done }
        })
        await sendWhenReady(exchange, answer, { status: 201 })
      },
    },
    {
      method: 'GET',
      pattern: '/sandboxes',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'view')
        const { main, children } = await familyOf(entry, target.id)
        const answer: BoxList = { sandboxes: [main, ...children].map((each) => box(exchange, each)) }
        exchange.send(200, answer)
      },
    },
    {
      method: 'GET',
      pattern: '/sandboxes/:subdomain',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'view')
        const { main, children } = await familyOf(entry, target.id)
        exchange.send(200, box(exchange, memberOf([main, ...children], exchange.param('subdomain'))))
      },
    },
    {
      method: 'DELETE',
      pattern: '/sandboxes/:subdomain',
      async handle(exchange, target) {
        await authorizeMain(entry, exchange, target, 'own')
        const isWithFiles = deleteFiles(exchange)
        const { main, children } = await familyOf(entry, target.id)
        const { id } = memberOf([main, ...children], exchange.param('subdomain'))
        if (id === main.id) throw isMain()
        if (isWithFiles) await sandboxes.delete(id)
        else await detach(deps, main.id, id)
        tell(deps, { main, children }, 'sandbox.deleted', { subdomain: id })
        exchange.done()
      },
    },
  ]
}

/** Its owner's alone from now on: the family's access token, and what it holds open there, ends. */
async function detach({ entry, live }: ChildDeps, mainId: string, id: string): Promise<void> {
  await entry.sandboxes.detach(mainId, id, hashSecret(newSecret()))
  live.endAll(id)
}

async function familyOf({ sandboxes }: Entry, id: string): Promise<Family> {
  const asked = await sandboxes.get(id)
  const main = asked.parentId === null ? asked : await sandboxes.get(asked.parentId)
  return { main, children: await sandboxes.listChildren(main.id) }
}

/** Also where there is such a sandbox, and it is somebody else's. */
function memberOf(family: Sandbox[], id: string): Sandbox {
  const member = family.find((each) => each.id === id)
  if (member) return member
  throw new SandboxError('sandbox_not_found', `There is no sandbox ${id} here.`)
}

/** An owner's snapshots are not for everybody who has the access token of one sandbox. */
function childOptions(body: Parameters<typeof createOptions>[0]) {
  if (typeof body.snapshotId === 'string')
    throw new SandboxError(
      'bad_request',
      'A child is not made from a snapshot. Use POST /v1/sandboxes with an API key.',
    )
  return createOptions(body)
}

/** What decides about files is not guessed. */
function deleteFiles({ context }: Exchange): boolean {
  const text = context.query.get('delete_files') ?? 'false'
  if (text === 'true' || text === 'false') return text === 'true'
  throw new SandboxError('bad_request', 'delete_files must be true or false.')
}

function tell({ channels }: ChildDeps, { main, children }: Family, type: string, data: unknown): void {
  for (const { id } of [main, ...children]) channels.broadcast(id, { type, data })
}

function isMain(): SandboxError {
  return new SandboxError(
    'bad_request',
    'This is the main sandbox. Delete it with DELETE /v1/sandboxes/{id}, which takes its children along.',
  )
}
