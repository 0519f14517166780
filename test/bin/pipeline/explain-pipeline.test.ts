import { explainFrom, explainPipelineText } from '../../../bin/pipeline/explain-pipeline';
import { printAnswer } from '../../../bin/shared/layout';
import { familyTable } from '../../../bin/shared/table';
import { DEFAULT_GATE_POLICY, GATE_POLICY_SCHEMA } from '../../../lib/contract/values/gate-policy';
import { parseRelease } from '../../../lib/contract/values/release';
import { noteDecision } from '../../../lib/core/gate/last-decision';
import { readPipelineStatus } from '../../../lib/core/housekeeping/pipeline-status';
import { planAccept } from '../../../lib/core/operate/operate';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';
import type { RegistryShape, TagShape } from '../../../sim/registry/memory-registry';

const BASE = '/aws/service/ami-windows-latest/base/image_id';
const LATEST = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const REPOSITORIES = {
  servercore: ['windows/servercore', 'ltsc2022'],
  nanoserver: ['windows/nanoserver', 'ltsc2022'],
  iis: ['windows/servercore/iis', 'windowsservercore-ltsc2022'],
  aspnet: ['dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022'],
  'framework-sdk': ['dotnet/framework/sdk', '4.8.1-windowsservercore-ltsc2022'],
} as const;
type Shown = Partial<Record<keyof typeof REPOSITORIES, number>>;

function shape(shown: Shown): RegistryShape {
  return Object.fromEntries(
    Object.entries(shown).map(([family, revision]) => {
      const [repository, tag] = REPOSITORIES[family as keyof typeof REPOSITORIES];
      const image = { osVersion: `10.0.20348.${revision}`, versionInEntry: true, layers: [7000, 500] };
      const list = family === 'servercore' || family === 'nanoserver';
      return [repository, { [tag]: { flavour: 'docker', list, images: [image] } satisfies TagShape }];
    }),
  );
}

const ENVIRONMENT = {
  WINBAKE_PIPELINE: '2022-core',
  WINBAKE_OS: 'SERVER_2022_CORE',
  WINBAKE_FAMILIES: 'servercore,nanoserver,iis,aspnet',
  WINBAKE_REGISTRY: 'https://mcr.microsoft.com',
  WINBAKE_PARAMETER_PATH: PATH,
  WINBAKE_BASE_AMI_PARAMETER: BASE,
  WINBAKE_RECIPE_ARN: 'recipe',
  WINBAKE_SCRIPTS_SHA256: 'a'.repeat(64),
  WINBAKE_INSTANCE_ROLE_ID: 'AROA',
  WINBAKE_REGISTRY_LOGINS: '{}',
};

/** A pipeline of an account whose registry shows what it does at an instant. */
function pipeline(
  extras: readonly string[] = [],
  late: 'usePrevious' | 'stop' = 'usePrevious',
  previousRevisions = 0,
) {
  const documents = memoryDocuments();
  const home = memoryParameters({ ...channelsAt({ latest: LATEST, current: LATEST }), [BASE]: 'ami-1' });
  const policy = { schema: GATE_POLICY_SCHEMA, ...DEFAULT_GATE_POLICY, late, extras, previousRevisions };
  const environment = { ...ENVIRONMENT, WINBAKE_GATE_POLICY: JSON.stringify(policy) };
  const portsAt = (at: string, shown: Shown) => ({
    documents,
    stores: { of: () => Promise.resolve(home) },
    now: () => new Date(at),
    environment: () => Promise.resolve<NodeJS.ProcessEnv>(environment),
    withRegistry: <T>(_url: string, work: (registry: ReturnType<typeof memoryRegistry>) => Promise<T>) =>
      work(memoryRegistry(shape(shown))),
  });
  return { documents, home, portsAt };
}

const SEPTEMBER = { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 };

/** Lets the catalog remember what the registry showed, as polls of the gate do. */
async function remember({ documents, portsAt }: ReturnType<typeof pipeline>, at: string, shown: Shown) {
  const { changeCatalog } = await import('../../../lib/core/catalog/catalog-store');
  const { withObservations } = await import('../../../lib/core/catalog/catalog');
  const { observationsOf, observeFamilies } = await import('../../../lib/core/gate/observe');
  const { familyOf } = await import('../../../lib/core/images/family');
  const { emptyCatalog } = await import('../../../lib/core/catalog/catalog');
  const release = parseRelease('2022');
  const families = Object.keys(shown).map((name) => familyOf(name, release));
  const polls = await portsAt(at, shown).withRegistry('', (registry) =>
    observeFamilies(registry, families, emptyCatalog(release)),
  );
  await changeCatalog(documents, release, (catalog) =>
    withObservations(catalog, observationsOf(polls, new Date(at))),
  );
}

async function waiting(extras: readonly string[] = [], previousRevisions = 0) {
  const one = pipeline(extras, 'usePrevious', previousRevisions);
  await remember(one, '2025-09-20T00:00:00Z', SEPTEMBER);
  await remember(one, '2025-10-14T18:00:00Z', { servercore: 4294 });
  await remember(one, '2025-10-14T19:30:00Z', { nanoserver: 4294 });
  return one;
}

const MIXED = { servercore: 4294, nanoserver: 4294, iis: 4171, aspnet: 4171, 'framework-sdk': 4171 };

test('the registry is asked for each thing once, so that what is shown is what was decided of', async () => {
  const one = await waiting(['framework-sdk']);
  const ports = one.portsAt('2025-10-14T21:00:00Z', MIXED);
  const registry = memoryRegistry(shape(MIXED));
  await explainFrom({ ...ports, withRegistry: (_url, work) => work(registry) }, DESCRIPTION);
  expect(registry.asked.length).toBeGreaterThan(0);
  expect(registry.asked).toEqual([...new Set(registry.asked)]);
});

test('it says what the registry shows now, how late each family is, and what the gate would decide', async () => {
  const one = await waiting(['framework-sdk']);
  const { last, now } = await explainFrom(one.portsAt('2025-10-14T21:00:00Z', MIXED), DESCRIPTION);
  expect(last).toBeNull();
  expect(now).toMatchObject({ at: '2025-10-14T21:00:00.000Z', decision: 'wait' });
  expect(now?.reason).toMatch(/^Waiting for iis, aspnet to reach 10\.0\.20348\.4294/);
  expect(
    now?.families.map(({ counts, family, isBehind, lateHours, shows }) => [
      family,
      shows,
      isBehind,
      lateHours,
      counts,
    ]),
  ).toEqual([
    ['servercore', '10.0.20348.4294', false, 0, '10.0.20348.4294'],
    ['nanoserver', '10.0.20348.4294', false, 1.5, '10.0.20348.4294'],
    ['iis', '10.0.20348.4171', true, 3, '10.0.20348.4171'],
    ['aspnet', '10.0.20348.4171', true, 3, '10.0.20348.4171'],
    ['framework-sdk@extra', '10.0.20348.4171', false, null, '10.0.20348.4171'],
  ]);
  expect(now?.families[0]?.since).toBe('2025-10-14T18:00:00.000Z');
});

test('a previous revision has the tags of its family, takes nothing from it, and is one line', async () => {
  const one = await waiting([], 1);
  const { now } = await explainFrom(one.portsAt('2025-10-14T21:00:00Z', MIXED), DESCRIPTION);
  expect(now?.families[0]).toMatchObject({ since: '2025-10-14T18:00:00.000Z', lateHours: 0 });
  expect(now?.families[4]).toMatchObject({
    family: 'servercore@previous',
    shows: null,
    counts: '10.0.20348.4171',
  });
  expect(familyTable(now!.families.slice(0, 5), 80)).toMatch(
    /\nTags: servercore ltsc2022,[^\n]+\nThe revision before is cached too: 10\.0\.20348\.4171\.\n$/,
  );
  const late = now!.families.map((one) => ({ ...one, counts: one.counts ?? '10.0.20348.4052' }));
  expect(familyTable(late).split('\n').at(-2)).toBe(
    'The revision before is cached too: 10.0.20348.4171 (servercore, nanoserver), 10.0.20348.4052 (iis, aspnet).',
  );
});

test('it keeps nothing: catalog, decision, lease and parameters stay as they are', async () => {
  const one = await waiting();
  const before = [...one.documents.texts];
  const values = [...one.home.values];
  const all = { ...MIXED, iis: 4294, aspnet: 4294 };
  const { notAsked, now } = await explainFrom(one.portsAt('2025-10-14T21:00:00Z', all), DESCRIPTION);
  expect(notAsked).toBeNull();
  expect(now).toMatchObject({ decision: 'bake' });
  expect([...one.documents.texts]).toEqual(before);
  expect([...one.home.values]).toEqual(values);
});

test('where a person must choose, it has the command that accepts', async () => {
  const one = pipeline([], 'stop');
  await remember(one, '2025-09-20T00:00:00Z', SEPTEMBER);
  await remember(one, '2025-10-14T18:00:00Z', { servercore: 4294, nanoserver: 4294 });
  const explanation = await explainFrom(one.portsAt('2025-10-18T00:00:00Z', MIXED), DESCRIPTION);
  expect(explanation.now).toMatchObject({
    decision: 'needsOperator',
    acceptable: ['LATE iis 10.0.20348.4294', 'LATE aspnet 10.0.20348.4294'],
  });
  expect(explainPipelineText(explanation)).toContain(
    '\nAccept, if it is right: winbake pipeline accept 2022-core "LATE iis 10.0.20348.4294" --reason "..."\n',
  );
});

test('from the notice to bed: the status leads to explain, explain to accept, and the next poll bakes', async () => {
  const one = pipeline([], 'stop');
  const release = parseRelease('2022');
  await remember(one, '2025-09-20T00:00:00Z', SEPTEMBER);
  await remember(one, '2025-10-14T18:00:00Z', { servercore: 4294, nanoserver: 4294 });
  const ports = one.portsAt('2025-10-18T00:00:00Z', MIXED);
  const idle = { isRunning: () => Promise.resolve(false), stop: () => Promise.resolve() };
  const asked = (await explainFrom(ports, DESCRIPTION)).now!;
  await noteDecision(ports.documents, asked, new Date('2025-10-17T23:50:00Z'));
  const { next } = await readPipelineStatus({ ...ports, executions: idle }, DESCRIPTION, release);
  expect(next.command).toBe('winbake explain 2022-core');
  for (const finding of asked.acceptable) {
    const why = { finding, by: 'ann', reason: 'it may be late' };
    await (await planAccept(ports.documents, release, why, ports.now())).apply();
  }
  expect((await explainFrom(ports, DESCRIPTION)).now).toMatchObject({ decision: 'bake', acceptable: [] });
});

test('a family that cannot be read is a finding, and counts as it was seen last', async () => {
  const one = await waiting();
  const { now } = await explainFrom(
    one.portsAt('2025-10-14T21:00:00Z', { servercore: 4294, nanoserver: 4294, iis: 4294 }),
    DESCRIPTION,
  );
  expect(now?.families[3]).toMatchObject({ family: 'aspnet', shows: null, counts: '10.0.20348.4171' });
});

test('what may not be asked from here is said, and the rest is shown', async () => {
  const one = await waiting();
  const ports = {
    ...one.portsAt('2025-10-14T21:00:00Z', MIXED),
    environment: () => Promise.reject(new Error('not allowed')),
  };
  const explanation = await explainFrom(ports, DESCRIPTION);
  expect(explanation).toMatchObject({ now: null, notAsked: 'not allowed' });
  expect(explainPipelineText(explanation)).toContain(
    'What the registry shows now is not known: not allowed.\n',
  );
});

test('it fits 80 columns', async () => {
  const one = await waiting(['framework-sdk']);
  const explanation = await explainFrom(one.portsAt('2025-10-14T21:00:00Z', MIXED), DESCRIPTION);
  const written: string[] = [];
  const out = (text: string) => void written.push(text);
  printAnswer({ out, err: out, columns: 80 }, false, {
    schema: 'x',
    document: {},
    text: (width) => explainPipelineText(explanation, width),
  });
  const lines = written.join('').split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.find((line) => line.startsWith('FAMILY '))).toMatch(/^FAMILY +SHOWS +SINCE +LATE +COUNTS AS$/);
});
