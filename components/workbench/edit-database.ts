const DATABASE = 'sandlot-edits'
const STORE = 'edits'
/** Up by one with every change of the keys: `[sandbox, session, path]`. */
const VERSION = 2

/** The browser's database of unsaved edits. Opened at first use, and again where the browser has closed it. */
export class EditDatabase {
  #opening: Promise<IDBDatabase> | undefined

  async read<T>(request: (edits: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.#open()
    return settled(request(database.transaction(STORE, 'readonly').objectStore(STORE)))
  }

  /** All of it or nothing. */
  async write(change: (edits: IDBObjectStore) => void): Promise<void> {
    const database = await this.#open()
    const transaction = database.transaction(STORE, 'readwrite')
    change(transaction.objectStore(STORE))
    // Left to itself it ends only after we were told of every request: a page that goes away meanwhile would undo it.
    transaction.commit()
    await completed(transaction)
  }

  /** Puts a value elsewhere; false where it is not there any more. */
  async move(from: IDBValidKey, to: IDBValidKey, value: unknown): Promise<boolean> {
    const database = await this.#open()
    const transaction = database.transaction(STORE, 'readwrite')
    const edits = transaction.objectStore(STORE)
    const found = edits.count(from)
    found.onsuccess = () => {
      if (found.result === 0) return
      edits.delete(from)
      edits.put(value, to)
    }
    await completed(transaction)
    return found.result > 0
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= this.#openAnew().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #openAnew(): Promise<IDBDatabase> {
    const opening = indexedDB.open(DATABASE, VERSION)
    opening.onupgradeneeded = () => {
      const database = opening.result
      for (const name of database.objectStoreNames) database.deleteObjectStore(name)
      database.createObjectStore(STORE)
    }
    const database = await settled(opening)
    const forget = () => {
      this.#opening = undefined
    }
    database.onclose = forget
    database.onversionchange = () => {
      database.close()
      forget()
    }
    return database
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}
