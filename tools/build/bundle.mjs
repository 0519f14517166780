// Builds what is run and deployed from the sources: the command line, the simulated docker, the handlers, the archive of
// the instance scripts. Each is put in place by a rename, since two rehearsals may start at once.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipInstanceScripts } from './zip-instance-scripts.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');
const cli = join(dist, 'cli', 'winbake.cjs');

// CommonJS packages inside a bundle ask for these; an ES module has neither.
const commonJs = [
  "import { createRequire as winbakeCreateRequire } from 'node:module';",
  "import { fileURLToPath as winbakeFileURLToPath } from 'node:url';",
  'const require = winbakeCreateRequire(import.meta.url);',
  "const __dirname = winbakeFileURLToPath(new URL('.', import.meta.url));",
].join('\n');

/**
 * Reads of Node's own modules the names alone that are used. An ES import reads all of them, and some have a getter that loads much
 * more: `WebSocket` of `http` all of Node's fetch, a twentieth of a second at each start, of the command line as of a function.
 */
const usedNamesOfBuiltins = {
  name: 'used-names-of-builtins',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[\w:/]+$/ }, ({ kind, path }) =>
      kind === 'import-statement' && isBuiltin(path)
        ? { path: `node:${path.replace(/^node:/, '')}`, namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^\w+$/.test(name));
      return {
        contents: [
          `const builtin = require('${path}');`,
          'const read = (name) => builtin[name];',
          'export default builtin;',
          ...names.map((name) => `const its_${name} = /* @__PURE__ */ read('${name}');`),
          `export { ${names.map((name) => `its_${name} as ${name}`).join(', ')} };`,
        ].join('\n'),
      };
    });
  },
};

/**
 * The functions of Node's modules that are loaded when they are called first: `spawn`, with which Commander would start a command that
 * is a program of its own, and `createHash`, for which there is time while a registry answers.
 */
const FUNCTIONS_WHEN_CALLED = { 'node:child_process': 'spawn', 'node:crypto': 'createHash' };

const loadedWhenCalled = {
  name: 'loaded-when-called',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ namespace, path }) =>
      path in FUNCTIONS_WHEN_CALLED && namespace === 'file' ? { path, namespace: 'when-called' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'when-called' }, ({ path }) => {
      const name = FUNCTIONS_WHEN_CALLED[path];
      return { contents: `export const ${name} = (...values) => require('${path}').${name}(...values);` };
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  banner: { js: commonJs },
  plugins: [usedNamesOfBuiltins],
};

const DAY_MILLISECONDS = 86_400_000;

/** The commands that come in one file of their own; see `launch-winbake.cjs`. */
const QUICK_COMMANDS = ['resolve', 'compat'];

const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const LEAST_NODE = Number.parseInt(engines.node.replace('>=', ''), 10);

const handlers = Object.fromEntries(
  readdirSync(join(root, 'lib', 'handlers'))
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => [basename(file, '.lambda.ts'), join(root, 'lib', 'handlers', file)]),
);

await Promise.all([
  bundleShared({
    entryPoints: { 'all-commands': join(root, 'bin', 'winbake.ts') },
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
    // Of the SDK's ES modules what nobody calls is left out; its CommonJS comes as a whole, and is half as much again.
    mainFields: ['module', 'main'],
  }),
  bundleQuickCommands(),
  bundleAlone({
    entryPoints: [join(root, 'sim', 'windows', 'docker', 'docker.ts')],
    outfile: join(dist, 'rehearsal', 'docker.mjs'),
  }),
]);
await bundleAlone({
  entryPoints: [join(root, 'tools', 'build', 'launch-winbake.cjs')],
  outfile: cli,
  bundle: false,
  format: 'cjs',
  banner: { js: '#!/usr/bin/env node' },
  define: { LEAST_NODE: String(LEAST_NODE), QUICK_COMMANDS: JSON.stringify(QUICK_COMMANDS) },
  plugins: [],
});
const archive = zipInstanceScripts(join(dist, `instance-scripts.zip.${process.pid}`));
renameSync(archive, join(dist, 'instance-scripts.zip'));
chmodSync(cli, 0o755);
linkCommandLine();

/** What starts loads its own chunks alone. Chunks have their hash in their name and come first, the files that name them last. */
async function bundleShared({ entryPoints, folder, keepNames, keptMilliseconds, ...options }) {
  const { outputFiles } = await build({
    ...common,
    ...options,
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
  const current = new Set(outputFiles.map(({ path }) => basename(path)));
  removeOld(join(folder, 'chunks'), current, keptMilliseconds);
  if (keptMilliseconds === 0) {
    removeOld(folder, current, 0);
  }
}

/** A command that still runs may load a chunk of the build before; those of yesterday are nobody's, and no function runs here. */
function removeOld(folder, current, keptMilliseconds) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.mjs') && !current.has(file))) {
    const file = join(folder, name);
    if (
      Date.now() - statSync(file).mtimeMs >= keptMilliseconds ||
      process.env.npm_lifecycle_event === 'prepack'
    ) {
      rmSync(file, { force: true });
    }
  }
}

function bundleQuickCommands() {
  const loaded = QUICK_COMMANDS.map((name) => `./local/${name}`);
  const withoutOthers = {
    name: 'without-others',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/(fleet|local|pipeline)\// }, ({ importer, path }) =>
        basename(importer) === 'commands.ts' && !loaded.includes(path) ? { path, external: true } : undefined,
      );
      // What the launcher never leaves to this file.
      onResolve({ filter: /^\.\.\/shared\/registries$/ }, ({ path }) => ({ path, external: true }));
    },
  };
  return bundleAlone({
    entryPoints: [join(root, 'bin', 'winbake.ts')],
    outfile: join(dirname(cli), 'quick-commands.cjs'),
    format: 'cjs',
    banner: {},
    plugins: [withoutOthers, loadedWhenCalled, usedNamesOfBuiltins],
  });
}

async function bundleAlone({ outfile, ...options }) {
  const draft = `${outfile}.${process.pid}`;
  await build({ ...common, minify: true, ...options, outfile: draft });
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
