// Bundles the command line into one file, makes it executable and links it where npx looks.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(root, 'dist', 'cli', 'winbake.mjs');

await build({
  entryPoints: [join(root, 'bin', 'winbake.ts')],
  outfile: cli,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS packages inside the bundle ask for these; an ES module has neither.
  banner: {
    js: [
      "import { createRequire as winbakeCreateRequire } from 'node:module';",
      "import { fileURLToPath as winbakeFileURLToPath } from 'node:url';",
      'const require = winbakeCreateRequire(import.meta.url);',
      "const __dirname = winbakeFileURLToPath(new URL('.', import.meta.url));",
    ].join('\n'),
  },
});
chmodSync(cli, 0o755);

const links = join(root, 'node_modules', '.bin');
mkdirSync(links, { recursive: true });
rmSync(join(links, 'winbake'), { force: true });
if (process.platform !== 'win32') {
  symlinkSync(relative(links, cli), join(links, 'winbake'));
}
