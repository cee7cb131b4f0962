/** Each of these brings hundreds of kilobytes: fetched beside everything else, once. */
export const loadCodeEditor = () => import('./code-editor')
export const loadTerminalView = () => import('./terminal-view')
