import { z } from 'zod'
import { Terminal } from '@/lib/protocol/workbench'
import { encodeId } from '../http'
import { type TerminalHandlers, TerminalSession } from '../terminal-session'
import type { Connection } from './connection'
import { TerminalInstance, type TerminalResponse } from './terminal-instance'

export type TerminalOptions = {
  /** With a device, to be typed into; else for commands with results. False by default. */
  pty?: boolean
  /** Such as /bin/bash; the sandbox's own by default. */
  shell?: string
  /** How output travels; handlers get text in either case. */
  encoding?: 'raw' | 'base64'
}

const TerminalAnswer = z.object({ data: Terminal })
const TerminalsAnswer = z.object({ data: z.object({ terminals: z.array(Terminal) }) })

/** Terminals: with a PTY, for people and programs that want one, and without, for commands one by one. */
export class Terminals {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** A PTY's output from its first byte on is kept until there is an `output` handler. */
  async create({ pty = false, shell, encoding }: TerminalOptions = {}): Promise<TerminalInstance> {
    const json = { pty, shell, encoding }
    const { data } = await this.#connection.http.json('/terminals', TerminalAnswer, { method: 'POST', json })
    const terminal = new TerminalInstance(this.#connection, plain(data))
    try {
      await terminal.follow()
    } catch (error) {
      await this.destroy(data.id).catch(() => undefined)
      throw error
    }
    return terminal
  }

  async list(): Promise<TerminalResponse[]> {
    const { data } = await this.#connection.http.json('/terminals', TerminalsAnswer)
    return data.terminals.map(plain)
  }

  /** `terminal_not_found` where there is none. */
  async retrieve(id: string): Promise<TerminalResponse> {
    return plain((await this.#connection.http.json(`/terminals/${encodeId(id)}`, TerminalAnswer)).data)
  }

  /** What runs in it ends. `terminal_not_found` where there is none. */
  async destroy(id: string): Promise<void> {
    await this.#connection.http.send(`/terminals/${encodeId(id)}`, { method: 'DELETE' })
  }

  /**
   * Sandlot's own stream of a terminal with a PTY, for an emulator: bytes in order, none lost or doubled over
   * reconnects, with sizes and modes. Several may look on; one types.
   */
  attach(id: string, handlers: TerminalHandlers): TerminalSession {
    const { api, openSocket } = this.#connection
    const isGone = async () => !(await api.terminals()).some((terminal) => terminal.id === id)
    return new TerminalSession({
      url: (offset) => api.terminalStreamUrl(id, offset),
      handlers,
      isGone,
      openSocket,
    })
  }
}

function plain({ id, pty, status, channel }: Terminal): TerminalResponse {
  return { id, pty, status: status === 'active' ? 'running' : status, channel: channel ?? null }
}
