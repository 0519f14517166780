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
  alias: { undici: join(root, 'tools', 'build', 'undici-agent.cjs') },
};

const DAY_MILLISECONDS = 86_400_000;

const handlers = Object.fromEntries(
  readdirSync(join(root, 'lib', 'handlers'))
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => [basename(file, '.lambda.ts'), join(root, 'lib', 'handlers', file)]),
);

await Promise.all([
  bundleShared({
    entryPoints: { winbake: join(root, 'bin', 'winbake.ts') },
    folder: dirname(cli),
    keepNames: true,
    keptMilliseconds: DAY_MILLISECONDS,
  }),
  // The AWS SDK comes with them: what was tested is what runs, whatever the runtime of Lambda brings.
  bundleShared({
    entryPoints: handlers,
    folder: join(dist, 'functions'),
    keepNames: false,
    keptMilliseconds: 0,
  }),
  bundleDocker(),
]);
const archive = zipInstanceScripts(join(dist, `instance-scripts.zip.${process.pid}`));
renameSync(archive, join(dist, 'instance-scripts.zip'));
chmodSync(cli, 0o755);
linkCommandLine();

/** What starts loads its own chunks alone. Chunks have their hash in their name and come first, the files that name them last. */
async function bundleShared({ entryPoints, folder, keepNames, keptMilliseconds }) {
  const { outputFiles } = await build({
    ...common,
    entryPoints,
    keepNames,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[hash]',
    splitting: true,
    minify: true,
    write: false,
  });
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  for (const { contents, path } of [...outputFiles].sort((file) =>
    dirname(file.path) === folder ? 1 : -1,
  )) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  removeOldChunks(
    join(folder, 'chunks'),
    new Set(outputFiles.map(({ path }) => basename(path))),
    keptMilliseconds,
  );
}

/** A command that still runs may load a chunk of the build before; those of yesterday are nobody's, and no function runs here. */
function removeOldChunks(folder, current, keptMilliseconds) {
  for (const name of readdirSync(folder).filter((file) => !current.has(file))) {
    const file = join(folder, name);
    if (
      Date.now() - statSync(file).mtimeMs >= keptMilliseconds ||
      process.env.npm_lifecycle_event === 'prepack'
    ) {
      rmSync(file, { force: true });
    }
  }
}

async function bundleDocker() {
  const outfile = join(dist, 'rehearsal', 'docker.mjs');
  const draft = `${outfile}.${process.pid}`;
  await build({
    ...common,
    entryPoints: [join(root, 'sim', 'windows', 'docker', 'docker.ts')],
    outfile: draft,
    minify: true,
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
