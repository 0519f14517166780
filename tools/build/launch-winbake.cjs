// The command line as it is started; CommonJS, since Node's loader of ES modules takes longer than a file of ours. What is asked often
// and needs little comes in one file, since reading a dozen chunks takes as long as the rest; all other commands share their chunks.
/* global QUICK_COMMANDS */
const name = process.argv.slice(2).find((argument) => !argument.startsWith('-') && argument !== 'help');
if (name === undefined || QUICK_COMMANDS.includes(name)) {
  require('./quick-commands.cjs');
} else {
  void import('./all-commands.mjs');
}
