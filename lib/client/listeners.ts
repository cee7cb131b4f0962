type Handler<Arguments extends unknown[]> = (...values: Arguments) => void

/**
 * Handlers by event. One that throws is written to the console, and keeps no other from being called. Of events in `held`
 * the last so many are kept until there is a first handler for them, which gets them then.
 */
export class Listeners<Events extends Record<string, unknown[]>> {
  readonly #handlers = new Map<keyof Events, Set<Handler<never>>>()
  readonly #held = new Map<keyof Events, unknown[][]>()
  readonly #heldCount: number

  constructor(held: (keyof Events)[] = [], heldCount = 100) {
    for (const event of held) this.#held.set(event, [])
    this.#heldCount = heldCount
  }

  on<Event extends keyof Events>(event: Event, handler: Handler<Events[Event]>): void {
    const handlers = this.#handlers.get(event) ?? new Set()
    this.#handlers.set(event, handlers.add(handler))
    const held = this.#held.get(event)
    this.#held.delete(event)
    for (const values of held ?? []) call(handler, values)
  }

  /** A handler that was never registered: fine. */
  off<Event extends keyof Events>(event: Event, handler: Handler<Events[Event]>): void {
    this.#handlers.get(event)?.delete(handler)
  }

  emit<Event extends keyof Events>(event: Event, ...values: Events[Event]): void {
    const held = this.#held.get(event)
    if (held && held.push(values) > this.#heldCount) held.shift()
    for (const handler of [...(this.#handlers.get(event) ?? [])]) call(handler, values)
  }

  clear(): void {
    this.#handlers.clear()
    this.#held.clear()
  }
}

function call(handler: Handler<never>, values: unknown[]): void {
  try {
    const takesAny = handler as (...values: unknown[]) => void
    takesAny(...values)
  } catch (error) {
    console.error('A handler of a sandbox event threw.', error)
  }
}
