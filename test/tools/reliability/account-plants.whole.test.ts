import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { simulateAccount } from '../../../sim/reliability/account/account-scenario';
import { synthesizeAccountApp } from '../../../tools/reliability/account-app';
import { FAST_PLANTS, NOTHING } from '../../support/account-plants';

const folder = mkdtempSync(join(tmpdir(), 'winbake-plants-'));
let stacks: readonly AssemblyStack[];

beforeAll(() => {
  ({ stacks } = synthesizeAccountApp(folder));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each(FAST_PLANTS.map((one) => [one.name, one] as const))(
  'the oracle of accounts sees that %s',
  async (_name, { months, plant, rates, rule }) => {
    const life = {
      stacks,
      months,
      seed: 100_000,
      isFirstEnough: true,
      rates: { ...NOTHING, ...rates },
      plant,
    };
    const { violations } = await simulateAccount(life);
    expect(violations.map((one) => one.rule)).toContain(rule);
  },
);
