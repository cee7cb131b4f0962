import { SandboxError } from '@/lib/errors'
import type { OpenSocket, Socket } from './reconnecting-socket'

/** A WebSocket class: the browser's, Node's from version 22 on, or that of the package `ws`. */
export type WebSocketClass = new (url: string) => unknown

/** How sockets are opened; with no class the global one is used, and where there is none `unsupported` is thrown. */
export function openSocketWith(given: WebSocketClass | undefined): OpenSocket {
  return (url) => {
    const WebSocketClass = given ?? globalThis.WebSocket
    if (WebSocketClass) return new WebSocketClass(url) as Socket
    throw new SandboxError(
      'unsupported',
      'This program has no WebSocket, as Node before 22. Pass a class as the option WebSocket, such as that of the package ws.',
    )
  }
}
