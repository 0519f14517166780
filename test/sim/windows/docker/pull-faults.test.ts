import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseImageReference } from '../../../../lib/core/oci/image-reference';
import { driftHost, strikePull } from '../../../../sim/windows/docker/pull-image';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const REFERENCE = parseImageReference(`mcr.microsoft.com/windows/servercore@${DIGEST}`);
const folder = mkdtempSync(join(tmpdir(), 'winbake-pull-faults-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function writeHost(facts: object): void {
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ ubr: 4171, ...facts }));
}

const facts = () => JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as object;

test('so many pulls fail as the host says, also when they run at once', async () => {
  writeHost({ failingPulls: { left: 2, message: 'toomanyrequests: later' } });
  const pulls = await Promise.allSettled([1, 2, 3].map(() => strikePull(folder, REFERENCE)));
  expect(pulls.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await strikePull(folder, REFERENCE);
  expect(facts()).toEqual({ ubr: 4171, failingPulls: { left: 0, message: 'toomanyrequests: later' } });
});

test('what is not what its digest names is refused in the words of the engine', async () => {
  writeHost({ wrongDigests: true });
  await expect(strikePull(folder, REFERENCE)).rejects.toThrow(
    `manifest verification failed for digest ${DIGEST}`,
  );
});

test('a host moves behind the back of a pull only where it is told to', async () => {
  writeHost({});
  await driftHost(folder);
  expect(facts()).toEqual({ ubr: 4171 });
  writeHost({ driftsTo: 4295 });
  await driftHost(folder);
  expect(facts()).toEqual({ ubr: 4295, driftsTo: 4295 });
  expect(existsSync(join(folder, 'docker.lock'))).toBe(false);
});
