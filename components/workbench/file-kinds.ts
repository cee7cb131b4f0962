import { baseName } from './file-paths'

/** Monaco's language, and the name that people know it by. */
type Language = { id: string; name: string }

const LANGUAGES: Record<string, Language> = {
  ts: { id: 'typescript', name: 'TypeScript' },
  mts: { id: 'typescript', name: 'TypeScript' },
  cts: { id: 'typescript', name: 'TypeScript' },
  tsx: { id: 'typescript', name: 'TypeScript React' },
  js: { id: 'javascript', name: 'JavaScript' },
  mjs: { id: 'javascript', name: 'JavaScript' },
  cjs: { id: 'javascript', name: 'JavaScript' },
  jsx: { id: 'javascript', name: 'JavaScript React' },
  json: { id: 'json', name: 'JSON' },
  jsonc: { id: 'json', name: 'JSON' },
  map: { id: 'json', name: 'JSON' },
  css: { id: 'css', name: 'CSS' },
  scss: { id: 'scss', name: 'SCSS' },
  less: { id: 'less', name: 'Less' },
  html: { id: 'html', name: 'HTML' },
  htm: { id: 'html', name: 'HTML' },
  vue: { id: 'html', name: 'Vue' },
  svelte: { id: 'html', name: 'Svelte' },
  md: { id: 'markdown', name: 'Markdown' },
  mdx: { id: 'markdown', name: 'MDX' },
  py: { id: 'python', name: 'Python' },
  sh: { id: 'shell', name: 'Shell' },
  bash: { id: 'shell', name: 'Shell' },
  zsh: { id: 'shell', name: 'Shell' },
  yml: { id: 'yaml', name: 'YAML' },
  yaml: { id: 'yaml', name: 'YAML' },
  xml: { id: 'xml', name: 'XML' },
  svg: { id: 'xml', name: 'SVG' },
  toml: { id: 'ini', name: 'TOML' },
  ini: { id: 'ini', name: 'INI' },
  sql: { id: 'sql', name: 'SQL' },
  go: { id: 'go', name: 'Go' },
  rs: { id: 'rust', name: 'Rust' },
  rb: { id: 'ruby', name: 'Ruby' },
  java: { id: 'java', name: 'Java' },
  php: { id: 'php', name: 'PHP' },
  c: { id: 'c', name: 'C' },
  h: { id: 'c', name: 'C' },
  cpp: { id: 'cpp', name: 'C++' },
  hpp: { id: 'cpp', name: 'C++' },
  cc: { id: 'cpp', name: 'C++' },
}
const BY_NAME: Record<string, Language> = {
  dockerfile: { id: 'dockerfile', name: 'Dockerfile' },
  '.bashrc': { id: 'shell', name: 'Shell' },
  '.profile': { id: 'shell', name: 'Shell' },
}
const ENVIRONMENT: Language = { id: 'ini', name: 'Environment' }
const PLAIN: Language = { id: 'plaintext', name: 'Plain text' }

const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
}

export function languageOf(path: string): Language {
  const name = baseName(path).toLowerCase()
  if (isEnvFile(path)) return ENVIRONMENT
  return BY_NAME[name] ?? LANGUAGES[extensionOf(name)] ?? PLAIN
}

/** `.env`, `.env.local`, `production.env`: variables that a program is started with, often secret. */
export function isEnvFile(path: string): boolean {
  return /^(.*\.env|\.env\..+)$/i.test(baseName(path))
}

/** Media type of a picture that browsers show, or null. */
export function imageTypeOf(path: string): string | null {
  return IMAGES[extensionOf(baseName(path).toLowerCase())] ?? null
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}
