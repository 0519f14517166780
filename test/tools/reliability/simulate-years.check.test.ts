import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulateYears } from '../../../tools/reliability/simulate-years';

const YEARS = { years: 3, fleets: 1, seed: 5 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-years-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('years that were interrupted come to what they would have come to', async () => {
  const resume = join(folder, 'progress.json');
  const interrupted = simulateYears({
    ...YEARS,
    resume,
    onProgress: () => {
      throw new Error('interrupted');
    },
  });
  await expect(interrupted).rejects.toThrow('interrupted');
  const progress: number[] = [];
  const resumed = await simulateYears({ ...YEARS, resume, onProgress: (done) => progress.push(done) });
  expect(progress).toEqual([3]);
  expect(resumed).toEqual(await simulateYears(YEARS));
});

test('years end after the installation under way once the time is over', async () => {
  const { fleetYears } = await simulateYears({ ...YEARS, isOver: () => true });
  expect(fleetYears).toBe(2);
});

test.each([
  [
    'of another seed',
    JSON.stringify({ schema: 'winbake.simulation-progress/1', ...YEARS, seed: 6 }),
    '--seed 6',
  ],
  ['that is damaged', '{', 'no progress of a simulation'],
])('progress %s is wrong usage and stays as it is', async (_name, text, got) => {
  const resume = join(folder, 'progress.json');
  writeFileSync(resume, text);
  await expect(simulateYears({ ...YEARS, resume })).rejects.toThrow(
    new RegExp(`progress.json is to hold the progress of --years 3 --fleets 1 --seed 5; got: .*${got}`),
  );
});
