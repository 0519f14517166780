// Builds what is run and deployed from the sources: the command line, the simulated docker, the handlers, the archive of
// the instance scripts. Each is put in place by a rename, since two rehearsals may start at once.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipInstanceScripts } from './zip-instance-scripts.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');
const cli = join(dist, 'cli', 'winbake.mjs');

// CommonJS packages inside a bundle ask for these; an ES module has neither.
const commonJs = [
  "import { createRequire as winbakeCreateRequire } from 'node:module';",
  "import { fileURLToPath as winbakeFileURLToPath } from 'node:url';",
  'const require = winbakeCreateRequire(import.meta.url);',
  "const __dirname = winbakeFileURLToPath(new URL('.', import.meta.url));",
].join('\n');

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  banner: { js: commonJs },
};

const DAY_MILLISECONDS = 86_400_000;

const handlers = readdirSync(join(root, 'lib', 'handlers'))
  .filter((file) => file.endsWith('.lambda.ts'))
  .map((file) => basename(file, '.lambda.ts'));

await Promise.all([
  bundleCommandLine(),
  bundle(join('sim', 'windows', 'docker', 'docker.ts'), join(dist, 'rehearsal', 'docker.mjs'), {
    minify: true,
  }),
  ...handlers.map((name) =>
    // The AWS SDK is the Lambda runtime's own.
    bundle(join('lib', 'handlers', `${name}.lambda.ts`), join(dist, 'handlers', name, 'index.mjs'), {
      external: ['@aws-sdk/*'],
      minify: true,
    }),
  ),
]);
const archive = zipInstanceScripts(join(dist, `instance-scripts.zip.${process.pid}`));
renameSync(archive, join(dist, 'instance-scripts.zip'));
chmodSync(cli, 0o755);
linkCommandLine();

/** A command loads its own chunks alone. Chunks have their hash in their name and come first, the file that names them last. */
async function bundleCommandLine() {
  const folder = dirname(cli);
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(root, 'bin', 'winbake.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[hash]',
    splitting: true,
    minify: true,
    keepNames: true,
    write: false,
  });
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  for (const { contents, path } of [...outputFiles].sort((file) => (file.path === cli ? 1 : -1))) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  removeOldChunks(new Set(outputFiles.map(({ path }) => basename(path))));
}

/** A command that still runs may load a chunk of the build before; those of yesterday are nobody's. */
function removeOldChunks(current) {
  const folder = join(dirname(cli), 'chunks');
  for (const name of readdirSync(folder).filter((file) => !current.has(file))) {
    const file = join(folder, name);
    if (
      Date.now() - statSync(file).mtimeMs > DAY_MILLISECONDS ||
      process.env.npm_lifecycle_event === 'prepack'
    ) {
      rmSync(file, { force: true });
    }
  }
}

async function bundle(entry, outfile, options = {}) {
  const draft = `${outfile}.${process.pid}`;
  await build({
    ...common,
    entryPoints: [join(root, entry)],
    outfile: draft,
    ...options,
  });
  renameSync(draft, outfile);
}

/** npx looks in node_modules/.bin. */
function linkCommandLine() {
  const links = join(root, 'node_modules', '.bin');
  if (process.platform === 'win32' || !existsSync(links)) {
    return;
  }
  mkdirSync(links, { recursive: true });
  const draft = join(links, `winbake.${process.pid}`);
  rmSync(draft, { force: true });
  symlinkSync(relative(links, cli), draft);
  renameSync(draft, join(links, 'winbake'));
}
