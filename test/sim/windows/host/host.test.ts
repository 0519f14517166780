import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startMetadataService } from '../../../../sim/windows/host/simulated-host';
import { baseHostAt } from '../../../../sim/rehearsal/deploy-pipeline';
import { osOf } from '../../../../lib/contract/values/release';
import { FACTS, simulatedHost, temporaryFolder } from '../../../support/shell-host';

test('updates raise the revision at once and ask for a restart', () => {
  const host = simulatedHost();
  expect(host.facts).toEqual(FACTS);
  host.installUpdates();
  expect(host.facts).toEqual({ ...FACTS, ubr: 4294, pendingReboot: true, hotFixes: ['KB5004294'] });
  host.reboot();
  expect(host.facts).toEqual({ ...FACTS, ubr: 4294, hotFixes: ['KB5004294'] });
});

test.each([4294, 4300])('a host at %i is offered nothing, and needs no restart', (ubr) => {
  const host = simulatedHost({ ubr });
  host.installUpdates();
  expect(host.facts).toEqual({ ...FACTS, ubr });
});

test('a clone has the disk and the state, and an instance id of its own', () => {
  const host = simulatedHost();
  host.installUpdates();
  writeFileSync(host.pathOf('C:\\kept'), 'kept');
  const surroundings = { dockerFolder: '/docker', registries: {}, metadata: 'http://127.0.0.1:2' };
  const clone = host.clone(join(temporaryFolder(), 'clone'), 'i-test', surroundings);
  // HNS kept its network through sysprep, which is bound to an adapter of the machine before.
  expect(clone.facts).toEqual({ ...host.facts, instanceId: 'i-test', natNetwork: 'detached' });
  expect(readFileSync(clone.pathOf('C:\\kept'), 'utf8')).toBe('kept');
  expect(clone.environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']).toBe('http://127.0.0.1:2');
  clone.reboot();
  expect(host.facts.pendingReboot).toBe(true);
});

test('a boot starts the services that start by themselves, and no other', () => {
  const host = simulatedHost({
    services: { docker: 'Stopped', wuauserv: 'Stopped', UsoSvc: 'Stopped' },
    startTypes: { wuauserv: 'Manual', UsoSvc: 'Disabled' },
  });
  host.reboot();
  expect(host.facts.services).toEqual({ docker: 'Running', wuauserv: 'Stopped', UsoSvc: 'Stopped' });
});

test('what Windows Update offers stands beside the state, until it is installed', () => {
  const host = simulatedHost();
  const offers = join(host.folder, 'offered-updates.json');
  expect(JSON.parse(readFileSync(offers, 'utf8'))).toEqual([
    expect.objectContaining({ category: 'SecurityUpdates', revision: 4294 }),
  ]);
  host.installUpdates();
  expect(existsSync(offers)).toBe(false);
});

test('programs on the host find its docker first', () => {
  const { environment, folder } = simulatedHost();
  expect(environment['PATH']!.split(delimiter)[0]).toBe('/docker');
  expect(environment).toMatchObject({ WINBAKE_SIMULATED_HOST: folder, WINBAKE_SIMULATED_REGISTRY: '{}' });
});

test('paths are those of the C: drive', () => {
  const host = simulatedHost();
  expect(host.pathOf('c:\\a\\b.json')).toBe(join(host.folder, 'c', 'a', 'b.json'));
  expect(existsSync(join(host.folder, 'c'))).toBe(true);
  for (const path of ['D:\\a', '/etc/passwd', 'a', 'C:']) {
    expect(() => host.pathOf(path)).toThrow('which is not on the C: drive');
  }
});

test('the metadata service answers those with a token', async () => {
  const service = await startMetadataService('i-0123456789abcdef0');
  try {
    const token = await fetch(`${service.url}/latest/api/token`, { method: 'PUT' });
    const headers = { 'X-aws-ec2-metadata-token': await token.text() };
    const id = await fetch(`${service.url}/latest/meta-data/instance-id`, { headers });
    expect(await id.text()).toBe('i-0123456789abcdef0');
    const status = async (path: string, init: RequestInit) =>
      (await fetch(`${service.url}${path}`, init)).status;
    expect(await status('/latest/meta-data/instance-id', {})).toBe(401);
    expect(
      await status('/latest/meta-data/instance-id', { headers: { 'X-aws-ec2-metadata-token': 'x' } }),
    ).toBe(401);
    expect(await status('/latest/user-data', { headers })).toBe(404);
  } finally {
    await service.close();
  }
  await expect(fetch(service.url)).rejects.toThrow();
});

test('the metadata service ends with what AWS was asked in vain', async () => {
  const service = await startMetadataService('i-1', () =>
    Promise.reject(new Error('The rehearsal has no model of it.')),
  );
  expect((await fetch(`${service.url}/simulated-aws/ecr/eu-west-1`)).status).toBe(500);
  await expect(service.close()).rejects.toThrow('has no model of it');
});

describe('the base AMI', () => {
  const os = osOf('SERVER_2022_CORE');
  const TUESDAY = new Date('2025-10-14T17:00:00Z');
  const revisions = (_build: number, instant: Date) => (instant < TUESDAY ? 4171 : 4294);
  const at = (text: string, given?: number) => {
    const { facts, offeredRevision } = baseHostAt(os, revisions, new Date(text), given, 'i-1');
    return [facts.ubr, offeredRevision];
  };

  test.each([
    ['2025-10-14T16:59:00Z', undefined, [4171, 4171]],
    ['2025-10-14T17:00:00Z', undefined, [4171, 4294]],
    ['2025-10-17T16:59:00Z', undefined, [4171, 4294]],
    ['2025-10-17T17:00:00Z', undefined, [4294, 4294]],
    ['2025-10-16T00:00:00Z', 4300, [4171, 4300]],
    ['2025-10-16T00:00:00Z', 4000, [4000, 4000]],
  ])('at %s, with the revision %s given', (text, given, expected) => {
    expect(at(text, given)).toEqual(expected);
  });

  test('is of the edition of the os', () => {
    const { facts } = baseHostAt(os, revisions, TUESDAY, undefined, 'i-1');
    expect(facts).toMatchObject({
      currentBuild: '20348',
      installationType: 'Server Core',
      instanceId: 'i-1',
    });
    const full = baseHostAt(osOf('SERVER_2016_FULL'), revisions, TUESDAY, undefined, 'i-1');
    expect(full.facts).toMatchObject({ currentBuild: '14393', installationType: 'Server' });
  });

  test('a host of which nothing is known is a mistake in the call', () => {
    expect(() => baseHostAt(os, () => undefined, TUESDAY, undefined, 'i-1')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message:
          'No revision of Windows Server 2022 is known at 2025-10-14T17:00:00.000Z; give one with --host-revision or --hosts.',
      }),
    );
  });
});
