import { SandboxError } from '@/lib/errors'
import { FileInfo } from '@/lib/protocol/workbench'
import { refusalFrom } from './http'

export type UploadOptions = {
  headers: Record<string, string>
  onProgress?: (sentBytes: number) => void
  signal?: AbortSignal
}

/**
 * PUT of a file, streamed from disk by the browser. XMLHttpRequest, because fetch tells no progress of a request's body
 * (and streams one only over HTTP/2).
 */
export function upload(url: string, file: Blob, options: UploadOptions): Promise<FileInfo> {
  return new Promise((resolve, reject) => {
    if (typeof XMLHttpRequest === 'undefined') {
      reject(new SandboxError('unsupported', 'Only browsers tell the progress of an upload. Use write.'))
      return
    }
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open('PUT', url)
    for (const [name, value] of Object.entries(options.headers)) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = (event) => options.onProgress?.(event.loaded)
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    request.onerror = () =>
      reject(new SandboxError('unavailable', 'The connection broke during the upload. Try again.'))
    request.onload = () => settle(request, resolve, reject)
    request.onloadend = () => options.signal?.removeEventListener('abort', abort)
    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) reject(options.signal.reason)
    else request.send(file)
  })
}

function settle(
  request: XMLHttpRequest,
  resolve: (info: FileInfo) => void,
  reject: (error: unknown) => void,
): void {
  try {
    if (request.status < 200 || request.status > 299) {
      throw refusalFrom(request.status, request.responseText)
    }
    resolve(FileInfo.parse(JSON.parse(request.responseText)))
  } catch (error) {
    reject(error)
  }
}
