import { QueryClient } from '@tanstack/react-query'
import { loadCodeEditor, loadTerminalView } from './large-parts'
import { sandboxBaseUrl } from './sandbox-address'
import { WorkbenchCore } from './workbench-core'

/**
 * Begun before React is there, and before the rest of the workbench is evaluated: the sandbox is asked, and the two large
 * parts are on their way, while the page comes alive. Null on the server.
 */
export const page = typeof window === 'undefined' ? null : startPage()

function startPage() {
  void loadCodeEditor()
  void loadTerminalView()
  const queries = new QueryClient({ defaultOptions: { queries: { retry: 1 } } })
  const core = new WorkbenchCore(sandboxBaseUrl(location), queries)
  core.startLoading()
  return { queries, core }
}
