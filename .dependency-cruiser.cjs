/**
 * The import direction of docs/design.md, section "The house": tools -> bin -> sim -> lib, and inside lib one way down.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const OURS = '^(lib|bin|sim|tools)/';

/** What a room of lib may import besides itself. */
const ROOMS = {
  contract: [],
  core: ['contract'],
  registry: ['contract', 'core'],
  aws: ['contract', 'core'],
  handlers: ['contract', 'core', 'registry', 'aws'],
  internal: ['contract', 'core'],
  ami: ['contract', 'internal'],
  fleet: ['contract', 'internal', 'ami', 'core'],
  pipeline: ['contract', 'internal', 'ami', 'core'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-circular-folders', scope: 'folder', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(ROOMS).map(([room, below]) => ({
      name: `${room}-imports-down`,
      severity: 'error',
      from: { path: `^lib/${room}/` },
      to: { path: OURS, pathNot: `^lib/(${[room, ...below].join('|')})/` },
    })),
    {
      name: 'core-is-pure',
      comment:
        'No file, clock, network or SDK in core and contract; zod only in documents, luxon only in the calendar.',
      severity: 'error',
      from: { path: '^lib/(core|contract)/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-bundled', 'npm-no-pkg'],
        pathNot: ['^node_modules/(zod|luxon|yaml|@types/luxon)/'],
      },
    },
    {
      name: 'zod-in-documents-only',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/contract/documents/' },
      to: { path: '(^|/)node_modules/zod/' },
    },
    {
      name: 'constructs-never-reach-zod',
      comment: 'What constructs load must work with two peers installed.',
      severity: 'error',
      from: { path: '^lib/(ami|fleet|pipeline|internal)/|^lib/index' },
      to: { reachable: true, path: '(^|/)node_modules/zod/' },
    },
    {
      name: 'followers-load-nothing-of-the-bake',
      comment: 'A stack that follows a channel does not load what bakes.',
      severity: 'error',
      from: { path: '^lib/(ami|fleet)/' },
      to: { reachable: true, path: '^lib/pipeline/' },
    },
    {
      name: 'sim-never-imports-constructs',
      severity: 'error',
      from: { path: '^sim/' },
      to: { path: '^(lib/(ami|pipeline|fleet|internal|aws)/|bin/|tools/)' },
    },
    {
      name: 'lib-imports-lib-only',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(sim|bin|tools)/' },
    },
    { name: 'bin-never-imports-tools', severity: 'error', from: { path: '^bin/' }, to: { path: '^tools/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
