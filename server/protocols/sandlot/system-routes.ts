import { SandboxError } from '@/lib/errors'
import { type OpenedPort, type PortInfo, type ProcessInfo, SignalBody } from '@/lib/protocol/workbench'
import type { RequestContext } from '../../request-context'
import type { Port, SystemProcess } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { isoTime } from '../iso-time'
import type { RequestRoute } from '../site'

/** Makes an address by which a browser enters a port, good for one entry. */
export type OpenPreview = (
  sandboxId: string,
  port: number,
  context: RequestContext,
) => OpenedPort | Promise<OpenedPort>

/** Linux's default `pid_max` on 64 bits. */
const MAX_PID = 4_194_304

/** What runs in the sandbox and what listens there. */
export function systemRoutes(entry: Entry, openPreview: OpenPreview): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'GET',
      pattern: '/processes',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        exchange.send(200, { processes: (await agent.systemProcesses()).map(processInfo) })
      },
    },
    {
      method: 'POST',
      pattern: '/processes/:pid/signal',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { signal } = await exchange.json(SignalBody)
        await agent.signalSystemProcess(askedNumber(exchange, 'pid', MAX_PID), signal)
        exchange.done()
      },
    },
    {
      method: 'GET',
      pattern: '/ports',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        exchange.send(200, { ports: (await agent.ports()).map(portInfo) })
      },
    },
    {
      method: 'POST',
      pattern: '/ports/:port/open',
      async handle(exchange, target) {
        await entry.authorize(exchange, target, 'view')
        const { url, origin } = await openPreview(
          target.id,
          askedNumber(exchange, 'port', 65_535),
          exchange.context,
        )
        exchange.send(200, { url, origin } satisfies OpenedPort)
      },
    },
  ]
}

export function portInfo({ port, address, pid, processName }: Port): PortInfo {
  return { port, address, pid, process_name: processName }
}

function processInfo(process: SystemProcess): ProcessInfo {
  const { pid, parentPid, name, command, state, cpuPercent, memoryBytes, startedAtMs, terminalId } = process
  return {
    pid,
    parent_pid: parentPid,
    name,
    command,
    state,
    cpu_percent: cpuPercent,
    memory_bytes: memoryBytes,
    started_at: isoTime(startedAtMs),
    ...(terminalId === undefined ? {} : { terminal_id: terminalId }),
  }
}

function askedNumber(exchange: Exchange, name: string, max: number): number {
  const text = exchange.param(name)
  if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= max) return Number(text)
  throw new SandboxError('bad_request', `${name} must be a whole number from 1 to ${max}, not ${text}.`)
}
