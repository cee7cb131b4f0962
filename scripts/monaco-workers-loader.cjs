/**
 * Monaco's module that starts language workers imports every feature of the editor, though it needs none: with the first
 * TypeScript file all that was left out would come after all, too late for the editor's services ("depends on UNKNOWN
 * service"). Which features there are is decided in `components/workbench/monaco-setup.ts`.
 */
module.exports = function keepNoFeatures(source) {
  return source.replace(/^import '\.\.\/\.\.\/[^']*';$/gm, '')
}
