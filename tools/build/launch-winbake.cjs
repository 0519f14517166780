// The command line as it is started; CommonJS, since Node's loader of ES modules takes longer than a file of ours. What is asked often
// and needs little comes in one file, since reading a dozen chunks takes as long as the rest; all other commands share their chunks.
/* global LEAST_NODE, QUICK_COMMANDS */
const [name, ...others] = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith('-') && argument !== 'help');
// An image by its name is read from a registry that may want a login of AWS.
const isByName = name === 'compat' && others.some((argument) => /[a-z]/i.test(argument));
if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
  process.stderr.write(
    `winbake needs Node ${LEAST_NODE} or later; got: v${process.versions.node}. Install it, and try again.\n`,
  );
  process.exitCode = 1;
} else if (name === undefined || (QUICK_COMMANDS.includes(name) && !isByName)) {
  require('./quick-commands.cjs');
} else {
  void import('./all-commands.mjs');
}
