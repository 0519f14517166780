import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST_FAULTS, struckHost, takeHostFaults } from '../../../../sim/windows/host/host-faults';
import { parseFaults } from '../../../../sim/registry/faults';
import { FACTS, simulatedHost, temporaryFolder } from '../../../support/shell-host';

const FRESH = { facts: FACTS, offeredRevision: 4294 };

function struck(...names: readonly string[]) {
  return struckHost(FRESH, takeHostFaults(names).hostFaults);
}

test('the faults are those that docs/faults.md makes promises for', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'faults.md'), 'utf8');
  const promised = [...page.matchAll(/^- `([a-z0-9-]+)` (?:fails|goes on):/gm)].map(([, name]) => name);
  expect(promised).toHaveLength(17);
  expect(HOST_FAULTS.map(({ name }) => name)).toEqual(promised);
});

test('names are taken apart, and a wrong one is reported with all that there are', () => {
  const { hostFaults, others } = takeHostFaults(['no-nat', 'throttle', 'wrong-digest']);
  expect(hostFaults.map(({ name }) => name)).toEqual(['wrong-digest', 'no-nat']);
  expect(others).toEqual(['throttle']);
  expect(() => parseFaults(['disc-full'], ['disk-full'])).toThrow(
    /^A fault is one of disk-full, throttle, .*; got: 'disc-full'\.$/,
  );
});

test('faults add up, and those that exclude each other are refused', () => {
  expect(struck('disk-full', 'no-nat').facts).toMatchObject({ freeBytes: 9e9, natNetwork: false });
  expect(() => struck('pull-timeout', 'registry-429')).toThrow(
    'The faults pull-timeout and registry-429 exclude each other; take one of them.',
  );
});

test('a host that is behind is offered nothing', () => {
  expect(struck('host-behind')).toMatchObject({ facts: { ubr: 4170 }, offeredRevision: 4170 });
});

test('a pending restart outlives restarts', () => {
  const host = simulatedHost(struck('reboot-pending').facts);
  host.reboot();
  expect(host.facts.pendingReboot).toBe('RebootPending');
});

test('a Docker that is late is late again after each boot', () => {
  const host = simulatedHost({
    ...struck('docker-late').facts,
    lateDocker: { calls: 2, left: 0 },
  });
  host.reboot();
  expect(host.facts.lateDocker).toEqual({ calls: 2, left: 2 });
});

test('a network that HNS keeps through sysprep is detached from its adapter, and one that it does not keep is made anew', () => {
  const surroundings = { dockerFolder: '/docker', registries: {}, metadata: 'http://127.0.0.1:1' };
  const booted = (facts: object) => {
    const host = simulatedHost(facts);
    return host.clone(join(temporaryFolder(), 'clone'), 'i-test', surroundings).facts;
  };
  expect(booted({}).natNetwork).toBe('detached');
  expect(booted({ hnsNetworks: [] })).toMatchObject({ natNetwork: true, hnsNetworks: ['nat'] });
  expect(booted({ hnsNetworks: [], ...struck('nat-gone-after-sysprep').facts }).natNetwork).toBe('lost');
  expect(booted({ hnsNetworks: [], natNetwork: false }).natNetwork).toBe(false);
});

test('an update that fails leaves the host as it is', () => {
  const host = simulatedHost(struck('update-fails').facts);
  expect(host.installUpdates()).toMatch(/could not be installed: 0x800f0922\.$/);
  expect(host.facts).toMatchObject({ ubr: 4171, pendingReboot: false });
  expect(simulatedHost().installUpdates()).toBeUndefined();
});
