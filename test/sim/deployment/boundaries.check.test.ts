import { createHash } from 'node:crypto';
import {
  atBoundary,
  countCalls,
  HAPPENINGS,
  WELL,
  type Happening,
} from '../../support/deployment/at-boundary';

/** Another part of all boundaries each day. */
const SEED = process.env['WINBAKE_BOUNDARY_SEED'] ?? new Date().toISOString().slice(0, 10);
const SAMPLES = 40;

function chosen(index: number, among: number): number {
  return createHash('sha256').update(`${SEED} ${index}`).digest().readUInt32BE(0) % among;
}

test('a deployment or a deletion at forty borders of calls of a bake and a rollout', async () => {
  const calls = await countCalls();
  for (let index = 0; index < SAMPLES; index += 1) {
    const number = 1 + chosen(index, calls);
    const happening: Happening = HAPPENINGS[index % HAPPENINGS.length]!;
    expect({ seed: SEED, number, happening, ...(await atBoundary(number, happening)) }).toEqual({
      ...{ seed: SEED, number, happening },
      ...WELL,
    });
  }
});
