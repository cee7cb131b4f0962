import { SandboxError } from '@/lib/errors'

export type CodeLanguage = 'python' | 'node' | 'bash' | 'sh' | 'ruby' | 'deno' | 'bun'

const NAMES: Readonly<Record<string, CodeLanguage>> = {
  python: 'python',
  python3: 'python',
  py: 'python',
  node: 'node',
  nodejs: 'node',
  javascript: 'node',
  js: 'node',
  bash: 'bash',
  shell: 'bash',
  sh: 'sh',
  ruby: 'ruby',
  rb: 'ruby',
  deno: 'deno',
  bun: 'bun',
}

/** The language of a name; `bad_request` for one that nobody knows here. */
export function codeLanguage(name: string): CodeLanguage {
  const key = name.toLowerCase()
  const language = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined
  if (language !== undefined) return language
  throw new SandboxError(
    'bad_request',
    `There is no language ${JSON.stringify(name)} here. Use python, node, bash, sh, ruby, deno or bun, or leave it out.`,
  )
}

/** Enough to tell, and little enough to be looked at from all sides. */
const MAX_LINES = 400
const MAX_LINE_CHARACTERS = 300

type Detected = 'python' | 'node' | 'bash' | 'ruby'
type Sign = [language: Detected, weight: number, pattern: RegExp]

const COMMANDS =
  'echo|cd|ls|mkdir|rm|cp|mv|cat|grep|sed|awk|curl|wget|apt-get|npm|npx|pip3?|git|source|sudo|chmod|touch|pwd|node|python3?|tar|kill|uname|whoami|which'

/** What a line of a language looks like, its strings emptied. None of these can take longer than its line is long. */
const SIGNS: readonly Sign[] = [
  ['python', 3, /^\s*(async )?def \w+\(.*(:\s*(#.*)?|,)$/],
  ['python', 3, /^\s*class \w+(\(.*\))?:/],
  ['python', 3, /^\s*from [\w.]+ import /],
  ['python', 2, /^\s*import [\w.]+( as \w+)?(, ?[\w.]+)*\s*(#.*)?$/],
  ['python', 2, /^\s*(if|elif|for|while|with|try|except|else|finally)\b.*:\s*(#.*)?$/],
  ['python', 2, /\bprint\(/],
  ['python', 2, /\b(None|True|False|elif|self\.\w|__\w+__)\b|\blambda\b.*:|\bnot in\b/],
  ['python', 1, /^\s*(raise|assert|global|nonlocal|pass|yield)\b|^\s*@\w|^\s*(f|r|b)?("""|''')/],
  ['python', 1, /\[.+ for \w+ in .+\]|\b(len|range|str|int|sorted|sum)\(/],
  ['node', 3, /\bconsole\.\w+\(/],
  ['node', 3, /^\s*(export )?(const|var) [\w{[$]|^\s*(export )?let [\w{[$]+.* =/],
  ['node', 3, /\brequire\(|\bmodule\.exports\b|\bprocess\.\w/],
  ['node', 3, /^\s*import\b.*["'];?$|^\s*export (default|async|function|class)\b|^\s*} from ["']/],
  ['node', 2, /\bfunction\*?\s*\w*\([^)]+\)|\bfunction\s*\(|\)\s*=>|\b\w+ => [\w({]|\bawait \w/],
  ['node', 2, /[!=]==|\bnew [A-Z]\w*\(|\btypeof \w|\bundefined\b|\bJSON\.\w|\bMath\.\w/],
  ['node', 1, /;\s*(\/\/.*)?$|^\s*\/[/*]|\bnull\b|^\s*}\s*(\)|else|catch)/],
  ['bash', 3, new RegExp(`^\\s*(${COMMANDS})( |$)(?!=)`)],
  ['bash', 3, /^\s*(fi|done|esac)\b|^\s*(if|elif|while|until) (! )?(\[|test )|^\s*for \w+ in .*(;|[^:{]$)/],
  ['bash', 3, /\| *(grep|sed|awk|wc|sort|uniq|head|tail|xargs|tee|cut|tr)\b|2>&1|> ?\/dev\/null/],
  ['bash', 2, /;\s*(then|do)\b|^\s*(then|do)$|^\s*export \w+=|^\s*set -\w|^\s*\w+\(\) ?{/],
  ['bash', 2, /(^|[\s=(])\$(\(|\{?\w)|"[^"]*\$[({]?\w[^"]*"/],
  ['bash', 1, /^\s*[A-Za-z_]\w*=[^\s=]*$|^\s*(exit|sleep|printf|test|read|local|trap)( |$)/],
  ['ruby', 3, /^\s*puts\b|\bdo \|.*\|$|\{ ?\|[\w, ]+\|/],
  ['ruby', 3, /^\s*def (self\.)?\w+[?!]?(\s*\([^)]*\))?$|^\s*require(_relative)? ["']/],
  ['ruby', 2, /^\s*end$|^\s*(elsif|unless|module [A-Z]|attr_\w+)\b|^\s*class [A-Z]\w*( < [A-Z]\w*)?$/],
  ['ruby', 2, /\bnil\b|\.(nil|empty|any|all)\?|:\w+ =>|\.each\b|(^|\s)@\w+ =|"[^"]*#\{/],
]

/** Told from a first line `#!…` or else from how its lines look; node where nothing speaks for another. */
export function detectLanguage(code: string): CodeLanguage {
  const lines = code.slice(0, MAX_LINES * MAX_LINE_CHARACTERS).split(/\r?\n/)
  const named = ofShebang(lines[0] ?? '')
  if (named !== null) return named
  const scores: Record<Detected, number> = { node: 0, python: 0, bash: 0, ruby: 0 }
  const telling = lines.filter((line) => line.trim() !== '' && !/^\s*#/.test(line)).slice(0, MAX_LINES)
  for (const line of telling) {
    const shape = shapeOf(line.slice(0, MAX_LINE_CHARACTERS))
    for (const [language, weight, pattern] of SIGNS) if (pattern.test(shape)) scores[language] += weight
  }
  const order: Detected[] = ['node', 'python', 'bash', 'ruby']
  return order.reduce((best, each) => (scores[each] > scores[best] ? each : best))
}

function ofShebang(line: string): CodeLanguage | null {
  if (!line.startsWith('#!')) return null
  const [program = '', ...rest] = line.slice(2, MAX_LINE_CHARACTERS).trim().split(/\s+/)
  const name = program.endsWith('/env') ? rest.find((word) => !word.startsWith('-')) : program
  const key = (name?.split('/').at(-1) ?? '').replace(/[\d.]+$/, '')
  return Object.hasOwn(NAMES, key) ? (NAMES[key] ?? null) : null
}

/** What is said in strings is no code, but for the values put into them. */
function shapeOf(line: string): string {
  return line
    .replace(/'[^']*'/g, "''")
    .replace(/"[^"]*"/g, (text) => (/\$[({]?\w|#\{/.test(text) ? text : '""'))
    .trimEnd()
}
