import { describe, expect, it } from 'vitest'
import { codeLanguage, detectLanguage } from './code-language'

const SNIPPETS: [string, string, string][] = [
  ['python', 'one print', 'print("Hello")'],
  ['python', 'arithmetic that is printed', 'x = 1\ny = 2\nprint(x + y)'],
  ['python', 'only an import and a call', 'import os\nos.makedirs("out")'],
  [
    'python',
    'a program with a main guard',
    'import sys\n\ndef main(argv):\n    for arg in argv:\n        sys.stdout.write(arg)\n\nif __name__ == "__main__":\n    main(sys.argv[1:])',
  ],
  [
    'python',
    'pandas',
    'import pandas as pd\nimport numpy as np\n\ndf = pd.DataFrame({"a": [1, 2]})\ndf["b"] = df["a"].apply(lambda v: v * 2)\nprint(df.describe())',
  ],
  [
    'python',
    'a dataclass',
    'from dataclasses import dataclass\n\n@dataclass\nclass Point:\n    x: int\n    y: int = 0\n\np = Point(1)\nprint(f"{p.x},{p.y}")',
  ],
  [
    'python',
    'asyncio',
    'import asyncio\n\nasync def f():\n    await asyncio.sleep(0)\n    return 1\n\nprint(asyncio.run(f()))',
  ],
  [
    'python',
    'that speaks of JavaScript',
    'text = "const x = require(\'y\'); console.log(x)"\nprint(len(text))',
  ],
  ['python', 'a comprehension', 'squares = [n * n for n in range(10)]\nsum(squares)'],
  ['python', 'that runs a shell command', 'import subprocess\nsubprocess.run(["ls", "-la"], check=True)'],
  ['python', 'error handling', 'try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise SystemExit(3)'],
  ['node', 'one log', 'console.log("Hi")'],
  ['node', 'nothing but an expression', '1 + 1'],
  ['node', 'nothing at all', ''],
  ['node', 'CommonJS', "const fs = require('fs')\nfs.writeFileSync('a.txt', 'x')"],
  [
    'node',
    'ESM',
    "import { readFile } from 'node:fs/promises'\n\nconst text = await readFile('a.txt', 'utf8')\nconsole.log(text.length)",
  ],
  [
    'node',
    'arrow functions',
    'const add = (a, b) => a + b\n;[1, 2].map((n) => add(n, 1)).forEach((n) => process.stdout.write(String(n)))',
  ],
  [
    'node',
    'a server',
    "import http from 'http';\nhttp.createServer((req, res) => {\n  res.end('print(1)');\n}).listen(3000);",
  ],
  ['node', 'a class', 'class Point {\n  constructor(x) {\n    this.x = x;\n  }\n}\nnew Point(1);'],
  [
    'node',
    'a function with a loop',
    'function main() {\n  for (let i = 0; i < 3; i++) {\n    if (i === 2) throw new Error("x");\n  }\n}\nmain();',
  ],
  ['node', 'that speaks of Python', "const code = 'import os\\nprint(1)'\nconsole.log(code)"],
  ['node', 'fetch', "const r = await fetch('https://example.com')\nif (!r.ok) process.exit(1)"],
  ['bash', 'one command', 'echo "hello"'],
  ['bash', 'a pipe', 'ps aux | grep node | wc -l'],
  ['bash', 'variables and a test', 'NAME=world\nif [ -n "$NAME" ]; then\n  echo "hello $NAME"\nfi'],
  ['bash', 'a loop', 'for f in *.txt; do\n  cat "$f"\ndone'],
  ['bash', 'a build', 'set -e\ncd app\nnpm install\nnpm run build && tar czf out.tgz dist'],
  ['bash', 'that calls Python', "python3 -c 'import sys; print(sys.version)'"],
  ['bash', 'a function', 'greet() {\n  local name=$1\n  echo "hi $name"\n}\ngreet you'],
  ['bash', 'that ends itself', 'exit 3'],
  ['bash', 'git', 'git clone https://example.com/x.git\ncd x\ngit log --oneline | head -5'],
  ['ruby', 'one line', 'puts "hello"'],
  ['ruby', 'blocks', '[1, 2, 3].each do |n|\n  puts n * 2\nend'],
  [
    'ruby',
    'a class',
    'class Dog < Animal\n  attr_reader :name\n\n  def initialize(name)\n    @name = name\n  end\nend\n\nputs Dog.new("Rex").name',
  ],
  [
    'ruby',
    'a library',
    "require 'json'\n\ndata = JSON.parse('{}')\nputs data.empty? ? 'none' : data.inspect",
  ],
  ['ruby', 'interpolation', 'name = "x"\nputs "hi #{name}" unless name.nil?'],
]

describe('detectLanguage', () => {
  it.each(SNIPPETS)('takes for %s: %s', (language, _, code) => {
    expect(detectLanguage(code)).toBe(language)
    expect(detectLanguage(code.replaceAll('\n', '\r\n'))).toBe(language)
  })

  it.each([
    ['#!/usr/bin/env python3\nputs "x"', 'python'],
    ['#!/bin/sh\nprint(1)', 'sh'],
    ['#!/usr/bin/python3.11 -u\n', 'python'],
    ['#!/usr/bin/env -S deno run\nprint(1)', 'deno'],
    ['#!/usr/bin/perl\nprint("x")', 'python'],
  ])('believes the first line of %j', (code, language) => {
    expect(detectLanguage(code)).toBe(language)
  })

  it('looks no longer than a moment at code that is made to be slow to look at', () => {
    for (const piece of [
      '(',
      ' ',
      '\n',
      'def f(',
      '"',
      "'",
      'x => ',
      '[x for x in ',
      '{ |',
      'if [',
      '`${',
      'do |',
    ]) {
      expect(['node', 'python', 'bash', 'ruby']).toContain(
        detectLanguage(piece.repeat(2_000_000 / piece.length)),
      )
    }
  })
})

describe('codeLanguage', () => {
  it.each([
    ['python3', 'python'],
    ['Python', 'python'],
    ['js', 'node'],
    ['javascript', 'node'],
    ['sh', 'sh'],
    ['rb', 'ruby'],
  ])('knows %s as %s', (name, language) => {
    expect(codeLanguage(name)).toBe(language)
  })

  it.each(['cobol', 'constructor', '__proto__', ' '])('refuses %j', (name) => {
    expect(() => codeLanguage(name)).toThrow(/There is no language/)
  })
})
