import { hoursAt, runSimulate } from '../../../tools/reliability/run-simulate';

async function run(...args: readonly string[]) {
  const written = { out: '', err: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name === 'stdout' ? 'out' : 'err'] += String(text);
      return true;
    }),
  );
  try {
    return { code: await runSimulate(args), ...written };
  } finally {
    spies.forEach((spy) => {
      spy.mockRestore();
    });
  }
}

test.each([
  [['--years', '0'], "--years is a number from 1 to 100000; got: '0'."],
  [['--minutes', 'ten'], "--minutes is a number from 1 to 10000; got: 'ten'."],
  [['--rings', 'four'], "--rings is a number from 1 to 50; got: 'four'."],
  [['--bake-hours', 'soon'], "--bake-hours is a number of hours below 100; got: 'soon'."],
  [['--level', 'chip'], "--level is core or account; got: 'chip'."],
  [
    ['--level', 'account', '--rings', '2'],
    '--level account takes none of --fleets, --resume, --rings, --shrink and --usual.',
  ],
  [['--usual', '--rings', '2'], '--usual goes with neither --resume nor --rings: leave one of them out.'],
  [['--usual', '--resume', 'kept'], '--usual goes with neither --resume nor --rings: leave one of them out.'],
  [['--speed'], "Unknown option '--speed'"],
])('%j is wrong usage, in one sentence', async (args, text) => {
  const { code, err, out } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(text);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('one fleet-year ends with its sum', async () => {
  const { code, out } = await run('--years', '1', '--fleets', '2');
  expect(code).toBe(0);
  expect(out.trim().split('\n').at(-1)).toMatch(/^years [\d.]+, violations 0$/);
});

test('what the next publication overtook counts as longest', () => {
  expect(hoursAt([3, null, 1, 2], 75)).toBe(3);
  expect(hoursAt([3, null, 1, 2], 100)).toBe(Infinity);
});
