import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { runBundle } from '../../support/run-bundle';
import { rehearse } from '../../support/run-rehearsal';
import { syntheticHistory, syntheticHosts, type SyntheticMonth } from '../../support/synthetic-history';
import { file } from '../registry/history/event-fixture';

const FOUR = ['servercore', 'nanoserver', 'iis', 'aspnet'];
const RELEASES = [
  ['2016', '14393.8519', '2016-full', ['servercore', 'iis', 'aspnet'], []],
  ['2019', '17763.7919', '2019-core', FOUR, ['7792', '7678']],
  ['2022', '20348.4294', '2022-core', FOUR, ['4171']],
  ['2025', '26100.6899', '2025-core', FOUR, ['6584']],
] as const;

/** 13 July 2027, 17:00 UTC, as it may be. */
const JULY: SyntheticMonth = {
  build: 20348,
  year: 2027,
  month: 6,
  before: 7101,
  after: 7142,
  minutes: { servercore: 50, nanoserver: 110, iis: 200, aspnet: 65 },
};

/** With these each component begins. */
const SCRIPTS = ['PrepareFolder', 'DownloadScripts', 'ExpandScripts'];

/** With these each component reports what failed, if anything did. */
const REPORT = ['DocumentKey', 'UploadFailure'];

const FAULTS = ['throttle', 'token', 'paging', 'redirect-blobs'];

describeWithPowerShell('a whole rehearsal', () => {
  const reports = new Map<string, RehearsalReport>();

  // Two at once: each has its own folder, registry and ports. That of 2022 is as people run it, from the app of cdk.json.
  beforeAll(async () => {
    await requirePowerShell();
    const october = ['--as-of', '2025-10-16T00:00:00Z'];
    const history = ['--history', file(syntheticHistory(JULY))];
    const hosts = ['--hosts', file(syntheticHosts(JULY), 'hosts.csv')];
    // As many previous revisions as `RELEASES` has.
    const previous: Readonly<Record<string, string>> = { '2016': '0', '2019': '2', '2025': '1' };
    const run = async (name: string, release: string, ...args: readonly string[]) => {
      reports.set(name, await rehearse(await assembly(release), '--release', release, ...args));
    };
    const left = [
      () => runAsPeople(['--release', '2022', ...october]),
      ...Object.entries(previous).map(
        ([release, revisions]) =>
          () =>
            run(release, release, ...october, '--previous-revisions', revisions),
      ),
      () => run('beyond', '2022', ...october, '--host-revision', '4300', '--fault', ...FAULTS),
      () => run('invented', '2022', '--as-of', '2027-07-13T20:15:00Z', ...history, ...hosts),
    ];
    const runAsPeople = async (args: readonly string[]) => {
      const { stdout, ...others } = await runBundle(['rehearse', '--json', ...args]);
      expect(others).toEqual({ exitCode: 0, stderr: '', left: [] });
      reports.set('2022', JSON.parse(stdout) as RehearsalReport);
    };
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await next();
      }
    };
    await Promise.all([work(), work()]);
  });

  test.each(RELEASES)(
    '%s bakes %s, exact, and previous revisions',
    (release, version, _pipeline, families, before) => {
      const osVersion = `10.0.${version}`;
      const report = reports.get(release)!;
      expect(report).toMatchObject({ decision: 'bake', target: osVersion, host: { osVersion } });
      const [build = ''] = version.split('.');
      expect(report.images.map((image) => `${image.family} ${image.osVersion} ${image.mode}`)).toEqual([
        ...families.map((family) => `${family} ${osVersion} exact`),
        ...before.flatMap((revision, index) =>
          families.map(
            (family) =>
              `${family}@previous${index === 0 ? '' : index + 1} 10.0.${build}.${revision} nearestLower`,
          ),
        ),
      ]);
      for (const image of report.images) {
        expect(image.compressedBytes).toBeGreaterThan(1_000_000);
      }
      expect(report.findings.map(({ code }) => code)).toEqual(['SYNTHETIC']);
    },
  );

  test.each(RELEASES)(
    '%s publishes one AMI under the parameters of the design',
    (release, version, pipeline) => {
      const { ami, parameters, rollout } = reports.get(release)!;
      const path = `/winbake/${pipeline}`;
      const id = ami!.id;
      expect(id).toMatch(/^ami-[0-9a-f]{17}$/);
      const channels = ['current', 'latest', 'previous'];
      expect(Object.keys(parameters)).toEqual([
        `${path}/by-revision/${version}`,
        `${path}/by-revision/${version}/ami-id`,
        ...channels.flatMap((one) =>
          ['ami-id', 'os-version', 'publication'].map((name) => `${path}/${one}/${name}`),
        ),
        `/winbake/fleets/cluster-${pipeline}/lease`,
        `/winbake/fleets/cluster-${pipeline}/log/2025-10`,
        `/winbake/fleets/cluster-${pipeline}/log/starts`,
        `/winbake/fleets/cluster-${pipeline}/state`,
      ]);
      const channel = { id: `${version}-1`, amiId: id, osVersion: `10.0.${version}`, mode: 'exact' };
      for (const name of ['by-revision/' + version, 'current/publication', 'latest/publication']) {
        expect(JSON.parse(parameters[`${path}/${name}`]!)).toEqual({
          ...channel,
          at: '2025-10-16T00:46:00.000Z',
          revisionSeenAt: '2025-10-14T18:00:00.000Z',
        });
      }
      const [build] = version.split('.');
      const seeded = { id: `${build!}.0-0`, osVersion: `10.0.${build!}.0`, mode: 'unbaked' };
      expect(JSON.parse(parameters[`${path}/previous/publication`]!)).toMatchObject(seeded);
      expect(parameters[`${path}/current/ami-id`]).toBe(id);
      expect(parameters[`${path}/latest/os-version`]).toBe(`10.0.${version}`);
      expect(rollout.status).toBe('finished');
      expect(rollout.instances).toHaveLength(2);
      expect(new Set(rollout.instances.map(({ after }) => after))).toEqual(new Set([id]));
      expect(rollout.instances[0]!.before).toBe(parameters[`${path}/previous/ami-id`]);
    },
  );

  test('the AMI carries its tags', () => {
    const { ami, images } = reports.get('2022')!;
    expect(ami!.tags).toEqual({
      Name: 'winbake-2022-core-20348.4294-1',
      'winbake:pipeline': '2022-core',
      'winbake:publication': '20348.4294-1',
      'winbake:os-version': '10.0.20348.4294',
      'winbake:mode': 'exact',
      // As many as the 256 characters of a tag hold, the families' own first.
      'winbake:images': images
        .slice(0, 7)
        .map(({ family, digest }) => `${family}=${digest.slice(0, 19)}`)
        .join(),
      'winbake:scripts': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('what was recorded stands beside the digests, and nothing else is in the document', () => {
    const report = reports.get('2022')!;
    expect(Object.keys(report)).toEqual([
      ...[
        'schema',
        'asOf',
        'decision',
        'decisions',
        'target',
        'host',
        'images',
        'ami',
        'parameters',
        'rollout',
      ],
      'patchWithinHours',
      ...['fleets', 'steps', 'findings', 'publications', 'timelines', 'again', 'origins'],
    ]);
    expect(report.asOf).toBe('2025-10-16T00:00:00Z');
    expect(report.decisions).toEqual([{ at: '2025-10-16T00:00:00.000Z', decision: 'bake', findings: [] }]);
    const [servercore, , iis] = report.images;
    expect(servercore!.recordedDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(Object.keys(servercore!)).toEqual([
      ...['family', 'repository', 'tag', 'digest', 'platformDigest', 'osVersion', 'mode', 'compressedBytes'],
      'recordedDigest',
    ]);
    expect(iis).not.toHaveProperty('recordedDigest');
  });

  test('every step of the recipe was done', () => {
    const { steps } = reports.get('2022')!;
    const names = steps.map(({ name }) => name).filter((name) => name.includes(': '));
    expect(names).toEqual([
      ...[...SCRIPTS, 'InstallUpdate', ...REPORT].map((step) => `update: ${step}`),
      ...[...SCRIPTS, 'DownloadInputs', 'AssertHost', 'AssertUpdate', 'SelectImageSet'].map(
        (step) => `cache-images: ${step}`,
      ),
      ...['SaveImage', 'WriteImageManifest', ...REPORT, 'UploadManifest'].map(
        (step) => `cache-images: ${step}`,
      ),
      ...[...SCRIPTS, 'AssertHost', 'AssertSysprep', 'ClearLeftover'].map(
        (step) => `prepare-sysprep: ${step}`,
      ),
      ...['InitializeLaunch', 'ResumeUpdate', ...REPORT, 'RemoveWorkFiles'].map(
        (step) => `prepare-sysprep: ${step}`,
      ),
      ...[...SCRIPTS, 'VerifyImages', ...REPORT, 'UploadVerification'].map((step) => `verify: ${step}`),
    ]);
    const others = steps
      .filter(({ status }) => status !== 'done')
      .map(({ name, status }) => `${name} ${status}`);
    expect(new Set(others.map((step) => step.split(': ')[1]))).toEqual(new Set(['UploadFailure skipped']));
  });

  test('a host beyond every image gets the nearest lower ones, through a registry that misbehaves', () => {
    const { ami, images, host, parameters, target } = reports.get('beyond')!;
    expect(target).toBe('10.0.20348.4294');
    expect(host).toEqual({ osVersion: '10.0.20348.4300' });
    expect(images.map(({ mode, osVersion }) => `${mode} ${osVersion}`)).toEqual(
      Array.from({ length: 4 }, () => 'nearestLower 10.0.20348.4294'),
    );
    expect(ami!.tags['winbake:publication']).toBe('20348.4300-1');
    expect(JSON.parse(parameters['/winbake/2022-core/by-revision/20348.4300']!)).toMatchObject({
      id: '20348.4300-1',
      mode: 'nearestLower',
    });
  });

  test('an invented Patch Tuesday is waited for and baked', () => {
    const { decisions, host, images, target, rollout } = reports.get('invented')!;
    expect(decisions.map(({ at, decision }) => `${at.slice(11, 16)} ${decision}`)).toEqual([
      '20:15 wait',
      '20:30 bake',
    ]);
    expect({ host, target }).toEqual({ host: { osVersion: target }, target: '10.0.20348.7142' });
    expect(new Set(images.map(({ mode }) => mode))).toEqual(new Set(['exact']));
    expect(rollout.status).toBe('finished');
  });
});
