import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What software needs of the host's /etc: how to find libraries, trust certificates, name things, set the clock. All of
 * it is public on any machine of the same distribution, but for certificates that the host trusts in addition. No
 * accounts, keys, host name, package sources, mail or cron settings.
 */
const COPIED = [
  'alternatives',
  'bash_completion.d',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'debian_version',
  'fonts',
  'gai.conf',
  'glvnd',
  'groff',
  'host.conf',
  'inputrc',
  'java-8-openjdk',
  'java-11-openjdk',
  'java-17-openjdk',
  'java-21-openjdk',
  'java-25-openjdk',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'locale.alias',
  'locale.conf',
  'localtime',
  'magic',
  'magic.mime',
  'manpath.config',
  'maven',
  'mime.types',
  'networks',
  'os-release',
  'perl',
  'pki/ca-trust',
  'pki/tls/cert.pem',
  'pki/tls/certs',
  'protocols',
  'python3',
  'rpc',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone',
  'vim',
  'xattr.conf',
  'xml',
]
/** A private key that somebody left beside certificates stays outside, whoever may read it there. */
const NEVER_COPIED = /\.(key|p12|pfx|jks)$|^private$/

export const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** Fills `target` with the /etc of all sandboxes of this data directory. */
export function writeSystemSettings(
  target: string,
  nameserver: string,
  certificateFile: string | null,
): void {
  for (const name of COPIED) copyPublic(join('/etc', name), join(target, name))
  for (const [name, text] of Object.entries(ownFiles(nameserver))) write(join(target, name), text)
  if (certificateFile !== null)
    addCertificates(join(target, 'ssl/certs/ca-certificates.crt'), certificateFile)
}

function ownFiles(nameserver: string): Record<string, string> {
  return {
    passwd:
      'root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n',
    group: 'root:x:0:\ntty:x:5:\nuser:x:1000:\nnogroup:x:65534:\n',
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost ip6-loopback\n',
    hostname: 'sandbox\n',
    'resolv.conf': `nameserver ${nameserver}\noptions timeout:3 attempts:2\n`,
    'nsswitch.conf':
      'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n',
    shells: '/bin/sh\n/bin/bash\n',
    environment: '',
    profile: PROFILE,
    'bash.bashrc': BASHRC,
  }
}

/** PATH is the provider's and stays as it is: distributions' profiles would set it anew for a login shell. */
const PROFILE = `if [ -n "$BASH_VERSION" ] && [ -r /etc/bash.bashrc ]; then . /etc/bash.bashrc; fi
if [ -r "$HOME/.bashrc" ] && [ -n "$BASH_VERSION" ]; then . "$HOME/.bashrc"; fi
`

const BASHRC = `case $- in *i*) ;; *) return ;; esac
shopt -s checkwinsize histappend
HISTSIZE=5000
HISTFILESIZE=10000
PS1='\\[\\e[1;34m\\]\\w\\[\\e[0m\\] $ '
alias ls='ls --color=auto' ll='ls -lah' grep='grep --color=auto'
if ! shopt -oq posix && [ -r /usr/share/bash-completion/bash_completion ]; then
  . /usr/share/bash-completion/bash_completion
fi
`

function copyPublic(from: string, to: string): void {
  const stat = lstatSync(from, { throwIfNoEntry: false })
  if (stat === undefined || NEVER_COPIED.test(from)) return
  if (stat.isDirectory()) {
    if ((stat.mode & 0o005) !== 0o005) return
    mkdirSync(to, { recursive: true, mode: 0o755 })
    for (const name of readdirSync(from)) copyPublic(join(from, name), join(to, name))
  } else if (stat.isSymbolicLink()) copyLink(from, to)
  else if (stat.isFile() && (stat.mode & 0o004) !== 0) copyFile(from, to)
}

/** Links into /usr hold inside as they stand; what leads elsewhere is taken as the file that it leads to. */
function copyLink(from: string, to: string): void {
  let target: string
  try {
    target = realpathSync(from)
  } catch {
    return
  }
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  if (target.startsWith('/usr/') && readlinkSync(from).startsWith('/usr/')) symlinkSync(target, to)
  else if (statSync(target).isFile() && (statSync(target).mode & 0o004) !== 0) copyFile(target, to)
}

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  copyFileSync(from, to)
  chmodSync(to, 0o644)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(path, text, { mode: 0o644 })
}

function addCertificates(bundle: string, certificateFile: string): void {
  mkdirSync(dirname(bundle), { recursive: true, mode: 0o755 })
  const trusted = [bundle, certificateFile].flatMap((path) =>
    statSync(path, { throwIfNoEntry: false }) ? [readFileSync(path, 'utf8')] : [],
  )
  writeFileSync(bundle, `${trusted.join('\n')}\n`, { mode: 0o644 })
}
