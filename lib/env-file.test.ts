import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { envEntries, parseEnvFile, removeFromEnvFile, updateEnvFile } from './env-file'
import { SandboxError } from './errors'

const FILE = [
  '# Database',
  'export DB_HOST = localhost  # the usual',
  'DB_PASSWORD=\'p#ss "word"\'',
  '',
  'EMPTY=',
  'no variable here',
  'KEY="-----BEGIN-----',
  'abc',
  '-----END-----" # of two lines',
  'LAST=`it\'s "so"`',
  '',
].join('\n')

const VALUES = {
  DB_HOST: 'localhost',
  DB_PASSWORD: 'p#ss "word"',
  EMPTY: '',
  KEY: '-----BEGIN-----\nabc\n-----END-----',
  LAST: 'it\'s "so"',
}

describe('parseEnvFile', () => {
  it('reads export, quotes, comments and values of several lines, as Node does', () => {
    expect(parseEnvFile(FILE)).toEqual(VALUES)
    const plain = FILE.replace('no variable here\n', '')
    expect(parseEnvFile(plain)).toEqual({ ...parseEnv(plain) })
  })

  it.each([
    ['a byte order mark', '\uFEFFA=1\n', '1'],
    ['no line end at the end', 'A=1', '1'],
    ['Windows line ends', 'A="x\r\ny"\r\nB=2\r\n', 'x\ny'],
    ['escaped line ends in double quotes', String.raw`A="x\ny\rz"`, 'x\ny\rz'],
    ['no escapes in single quotes', String.raw`A='x\ny'`, String.raw`x\ny`],
    ['no escapes in backticks', 'A=`x\\ny`', String.raw`x\ny`],
    ['no escapes in a bare value', String.raw`A=x\ny`, String.raw`x\ny`],
    ['an escaped quote', String.raw`A="{\"a\":1}"`, '{"a":1}'],
    ['backslashes that escape nothing', String.raw`A="C:\\dir\x"`, String.raw`C:\\dir\x`],
    ['a doubled backslash in front of an n', String.raw`A="C:\\new"`, String.raw`C:\new`],
    ['a backslash before the closing quote', 'A="C:\\dir\\"\nB=2', 'C:\\dir\\'],
    ['a hash without a blank', 'A=x#y', 'x'],
    ['a hash in quotes', 'A="x#y"#z', 'x#y'],
    ['a quote that is not closed', 'A="x\nB=2', '"x'],
    ['quotes within quotes', `A='it's'`, `it's`],
    ['blanks around it', '  A\t=\t x y \t# z', 'x y'],
    ['a dollar sign', 'A="$HOME $(X)"', '$HOME $(X)'],
    ['of two the last', 'A=0\nA=1', '1'],
    ['a value that is on the next line to the eye only', 'A=\n"x"', ''],
  ])('takes %s', (_, text, value) => {
    expect(parseEnvFile(text).A).toBe(value)
  })

  it('passes over what is no variable', () => {
    expect(parseEnvFile('#A=1\nA B=1\n=1\n!x=1\nA\n: A=1\nexport A\n')).toEqual({})
  })

  it('knows a variable named like a part of every object', () => {
    expect(Object.entries(parseEnvFile('__proto__=1\nconstructor=2'))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })
})

describe('envEntries', () => {
  it('tells name, value, line and comment in the order of the file', () => {
    expect(envEntries(FILE).map(({ name, line, comment }) => [name, line, comment])).toEqual([
      ['DB_HOST', 2, 'the usual'],
      ['DB_PASSWORD', 3, ''],
      ['EMPTY', 5, ''],
      ['KEY', 7, 'of two lines'],
      ['LAST', 10, ''],
    ])
  })
})

describe('updateEnvFile', () => {
  it('changes no byte where each value is what it was', () => {
    expect(updateEnvFile(FILE, VALUES)).toBe(FILE)
    const windows = `\uFEFF${FILE.replaceAll('\n', '\r\n')}`
    expect(updateEnvFile(windows, VALUES)).toBe(windows)
  })

  it('changes the value alone and puts new variables at the end', () => {
    const changed = updateEnvFile(FILE, { DB_HOST: 'a b', EMPTY: '1', NEW: "it's" })
    const wanted = FILE.replace('= localhost ', "= 'a b' ").replace('EMPTY=', 'EMPTY=1')
    expect(changed).toBe(`${wanted}NEW="it's"\n`)
  })

  it('changes the last of two, which is the one that counts', () => {
    expect(updateEnvFile('A=1\nA=2\n', { A: '3' })).toBe('A=1\nA=3\n')
    expect(updateEnvFile('A=1\nA=2\n', { A: '1' })).toBe('A=1\nA=1\n')
  })

  it('keeps the line ends of the file, in values too', () => {
    const changed = updateEnvFile('A=1\r\nB=2', { A: 'x\ny', C: '3' })
    expect(changed).toBe("A='x\r\ny'\r\nB=2\r\nC=3\r\n")
    expect(parseEnvFile(changed)).toEqual({ A: 'x\ny', B: '2', C: '3' })
  })

  it.each([
    ['', 'A=\n'],
    ['http://x:80/a?b=1&c', "A='http://x:80/a?b=1&c'\n"],
    ['a/b-c.d:e', 'A=a/b-c.d:e\n'],
    ['$HOME', "A='$HOME'\n"],
    ["it's", 'A="it\'s"\n'],
    ['it\'s "so"', 'A=`it\'s "so"`\n'],
    ['C:\\', 'A="C:\\\\"\n'],
    ['a\rb', 'A="a\\rb"\n'],
    ['\'"`', 'A="\'\\"`"\n'],
  ])('writes %j so that it is read again', (value, written) => {
    expect(updateEnvFile('', { A: value })).toBe(written)
    expect(parseEnvFile(written)).toEqual({ A: value })
  })

  it('lets no quote that was open be closed by a value below it', () => {
    const changed = updateEnvFile("A='x # c\nB=1\n", { B: ' # y' })
    expect(changed).toBe("A=\"'x\" # c\nB=' # y'\n")
    expect(parseEnvFile(changed)).toEqual({ A: "'x", B: ' # y' })
  })

  it.each(['', 'A B', 'A=B', 'A\n', '#A', 'Ä'])('refuses %j as a name', (name) => {
    expect(() => updateEnvFile('', { [name]: '1' })).toThrow(SandboxError)
  })
})

describe('removeFromEnvFile', () => {
  it('takes out every line of a variable and says which there were', () => {
    expect(removeFromEnvFile('A=1\n# c\nB="x\ny" # d\nA=2\nC=3', ['A', 'B', 'D', 'A'])).toEqual({
      text: '# c\nC=3',
      removed: ['A', 'B'],
    })
  })

  it('changes nothing where there is nothing to remove', () => {
    expect(removeFromEnvFile(FILE, ['X'])).toEqual({ text: FILE, removed: [] })
  })

  it('lets no quote that was open be closed by what moved up', () => {
    const { text } = removeFromEnvFile('A="x\nB=y"z\nC=" # d"\n', ['B'])
    expect(parseEnvFile(text)).toEqual({ A: '"x', C: ' # d' })
  })
})
