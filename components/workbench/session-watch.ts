import { Store } from './store'

/** Whether this browser may still talk to the sandbox, as every answer to the page tells. */
export class SessionWatch {
  readonly hasEnded = new Store(false)

  /** To be used in place of the browser's. */
  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 401) this.hasEnded.set(true)
    else if (response.ok) this.hasEnded.set(false)
    return response
  }
}
