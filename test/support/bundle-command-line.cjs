const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

/** The tests run the command line as people get it: bundled, from the sources as they are now. */
module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'tools', 'build', 'bundle.mjs')], {
    stdio: 'inherit',
  });
};
