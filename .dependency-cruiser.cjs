/**
 * The import direction of docs/design.md, section "Layout": core <- registry, aws, constructs <- handlers <- rehearsal <- bin.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-imports-only-core',
      severity: 'error',
      from: { path: '^lib/core/' },
      to: { path: '^(lib|bin)/', pathNot: '^lib/core/' },
    },
    {
      name: 'core-is-pure',
      comment:
        'No file, clock, network or SDK in core; zod only in its contracts, luxon only in its calendar.',
      severity: 'error',
      from: { path: '^lib/core/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-bundled', 'npm-no-pkg'],
        pathNot: ['^node_modules/(zod|luxon|yaml|@types/luxon)/'],
      },
    },
    {
      name: 'zod-in-contracts-only',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/core/contracts/' },
      to: { path: '(^|/)node_modules/zod/' },
    },
    {
      name: 'adapters-import-only-core',
      severity: 'error',
      from: { path: '^lib/(registry|aws)/' },
      to: { path: '^(lib|bin)/', pathNot: '^lib/(core|$1)/' },
    },
    {
      name: 'handlers-import-core-registry-aws',
      severity: 'error',
      from: { path: '^lib/handlers/' },
      to: { path: '^(lib|bin)/', pathNot: '^lib/(core|registry|aws|handlers)/' },
    },
    {
      name: 'constructs-never-reach-runtime',
      comment:
        'Constructs know handlers by their environment contract only; what they load must work with two peers installed.',
      severity: 'error',
      from: { path: '^lib/(bake|ecs|internal)/' },
      to: { path: '^(lib/(aws|registry|rehearsal|core/contracts|core/index)|lib/handlers/(?!env)|bin/)' },
    },
    {
      name: 'bake-never-imports-ecs',
      severity: 'error',
      from: { path: '^lib/bake/' },
      to: { path: '^lib/ecs/' },
    },
    {
      name: 'rehearsal-never-imports-constructs',
      severity: 'error',
      from: { path: '^lib/rehearsal/' },
      to: { path: '^(lib/(bake|ecs|internal|aws)/|bin/)' },
    },
    {
      name: 'nothing-imports-bin',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^bin/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
