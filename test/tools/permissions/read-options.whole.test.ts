import { readOptions, runCheck } from '../../../tools/permissions/run-check';

test('a part is chosen by the day unless said, and nothing with --all', () => {
  expect(readOptions([])).toMatchObject({ json: false, chosen: expect.any(Function) as unknown });
  expect(readOptions(['--all', '--json'])).toEqual({ help: false, json: true, chosen: undefined });
});

test.each(['--part 0', '--part x', '--all --part 3', '--some', 'one'])('%s is wrong usage', async (line) => {
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await runCheck(line.split(' '))).toBe(2);
  expect(written).toHaveBeenCalledTimes(1);
  written.mockRestore();
});
