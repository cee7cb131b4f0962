// Parsed by whatever Node there is, and so are the scripts that begin with it: no syntax younger than Node 12 in them, and
// nothing imported before this file but by `import()`.
var wanted = [20, 9]
var have = process.versions.node.split('.').map(Number)

if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  console.error(
    'Sandlot needs Node.js ' +
      wanted.join('.') +
      ' or newer, and this is ' +
      process.versions.node +
      '.\n' +
      'Install a newer one, for example from https://nodejs.org or with nvm: nvm install 22',
  )
  process.exit(1)
}
