/**
 * The borders of Sandlot: which folder may know which. One table, from which the rules are made; type-only imports
 * count. A folder may always import itself. Test files may also import what they drive.
 */
const ERRORS = '^lib/errors\\.ts$'
/** What the control plane and the agent say to each other; one file per topic beside the first. */
const CONTRACT = '^server/agent-contract(\\.ts$|/)'
/** The text of `.env` files, for whoever shows, edits or obeys one. */
const ENV_FILE = '^lib/env-(file|parts|rows|value)\\.ts$'
const LOG = '^server/(log|request-context)\\.ts$'
/** A page that the server speaks itself. */
const PAGE = '^server/page\\.ts$'
const HTTP = '^server/(address|http-server|refusal|unknown-upgrade)\\.ts$'
const TEST = '\\.(test|spec|test-support)\\.tsx?$'

/** Each row: a folder, and all of ours that it may import besides itself. */
const borders = [
  { from: '^app/', may: ['^components/', '^lib/(client|auth|db|protocol)/', ERRORS] },
  { from: '^components/', may: ['^lib/(client|protocol)/', ENV_FILE, ERRORS] },
  { from: '^lib/client/', may: ['^lib/protocol/', ENV_FILE, ERRORS] },
  { from: '^lib/protocol/', may: [ENV_FILE, ERRORS] },
  { from: '^lib/errors\\.ts$', may: [] },
  { from: ENV_FILE, may: [ERRORS] },
  { from: '^lib/db/', may: [ERRORS] },
  { from: '^lib/auth/', may: ['^lib/db/', ERRORS] },
  { from: '^server/main\\.ts$', may: ['^server/(?!agent/)', '^lib/(db|auth)/', ERRORS] },
  { from: '^server/(doctor|key|sign-in)\\.ts$', may: ['^server/(?!agent/)', '^lib/(db|auth)/', ERRORS] },
  {
    from: '^server/(config|settings|env-file)\\.ts$',
    // The bounds of limits are the same for settings and for those who ask.
    may: ['^server/(config|settings|env-file)\\.ts$', '^lib/protocol/', ERRORS],
  },
  { from: '^server/page\\.ts$', may: [] },
  // What main.ts puts together at a start.
  { from: '^server/auth-secret\\.ts$', may: ['^server/config\\.ts$', '^lib/auth/key-file\\.ts$'] },
  { from: '^server/(data-folder|root-folder|shutdown)\\.ts$', may: [LOG, ERRORS] },
  { from: '^server/(health|starting-sites)\\.ts$', may: [HTTP, ERRORS] },
  {
    from: '^server/(listen|urls)\\.ts$',
    may: ['^server/(listen|urls)\\.ts$', '^server/config\\.ts$', HTTP, LOG, ERRORS],
  },
  {
    from: '^server/(next-app|static-files)\\.ts$',
    may: ['^server/(next-app|static-files)\\.ts$', HTTP, ERRORS],
  },
  { from: '^server/(log|request-context)\\.ts$', may: [LOG] },
  { from: HTTP, may: [LOG, PAGE, ERRORS] },
  { from: '^server/auth/', may: ['^lib/db/', '^lib/auth/assertion\\.ts$', ERRORS, LOG] },
  {
    from: '^server/protocols/([^/]+)/',
    may: [
      '^server/protocols/$1/',
      '^server/protocols/[^/]+\\.ts$',
      '^server/(sandbox|auth|templates)/',
      '^lib/protocol/',
      ENV_FILE,
      PAGE,
      ERRORS,
      LOG,
    ],
  },
  // What the protocols share.
  {
    from: '^server/protocols/(?![^/]+-site\\.ts$)[^/]+\\.ts$',
    may: ['^server/protocols/[^/]+\\.ts$', '^server/(sandbox|auth)/', '^lib/protocol/', ERRORS, LOG],
  },
  // Where they are put side by side behind one address; a protocol itself never knows another.
  {
    from: '^server/protocols/[^/]+-site\\.ts$',
    may: ['^server/protocols/', '^server/(sandbox|auth)/', '^lib/protocol/', ERRORS, LOG],
  },
  { from: '^server/preview/', may: ['^server/(sandbox|auth)/', '^lib/protocol/', PAGE, ERRORS, LOG] },
  {
    from: '^server/sandbox/',
    may: ['^server/providers/provider\\.ts$', CONTRACT, '^server/templates/', '^lib/db/', ERRORS, LOG],
  },
  { from: '^server/providers/', may: [ERRORS, LOG] },
  { from: CONTRACT, may: [ERRORS] },
  { from: '^server/agent/', may: [CONTRACT, ENV_FILE, ERRORS] },
  { from: '^server/templates/', may: ['^lib/db/', ERRORS, LOG] },
  { from: '^e2e/', may: ['^lib/client/', '^lib/protocol/', ERRORS] },
  { from: '^bench/', may: ['^e2e/', '^lib/client/', '^lib/protocol/', '^server/settings\\.ts$', ERRORS] },
  // The page of settings is written from the settings themselves.
  { from: '^scripts/', may: ['^server/settings\\.ts$'] },
]

const OURS = '^(app|components|lib|server|e2e|bench|scripts)/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    ...borders.map(({ from, may }) => ({
      name: `border ${from}`,
      severity: 'error',
      from: { path: from, pathNot: TEST },
      to: { path: OURS, pathNot: [from, ...may] },
    })),
    {
      name: 'a-file-of-the-server-has-a-row',
      severity: 'error',
      from: { path: '^server/[^/]+\\.ts$', pathNot: [TEST, ...borders.map(({ from }) => from)] },
      to: { path: OURS },
    },
    {
      name: 'npm-start-works-before-there-are-packages',
      severity: 'error',
      from: { path: '^scripts/.*\\.mjs$' },
      to: { path: 'node_modules', dynamic: false },
    },
    {
      name: 'only-the-editor-imports-monaco',
      severity: 'error',
      from: {
        path: '^(app|components)/',
        pathNot:
          '^components/workbench/(code-editor|compare-editor|editor-options|file-model|model-buffer|monaco-setup|monaco-later)\\.tsx?$',
      },
      to: { path: 'monaco' },
    },
    {
      name: 'one-file-imports-xterm',
      severity: 'error',
      from: { path: '^(app|components)/', pathNot: '^components/workbench/terminal-view\\.tsx?$' },
      to: { path: '@xterm' },
    },
    {
      name: 'client-knows-neither-node-nor-react',
      severity: 'error',
      from: { path: '^lib/(client|protocol)/', pathNot: TEST },
      to: {
        path: '^(react|react-dom|next)$|node_modules/(react|react-dom|next)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'client-knows-no-node-builtin',
      severity: 'error',
      from: { path: '^lib/(client|protocol)/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.next|\\.build|server/templates/[^/]+/files)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
