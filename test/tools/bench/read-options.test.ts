import { readOptions } from '../../../tools/bench/read-options';

test('options and their defaults', () => {
  expect(readOptions([])).toEqual({ json: false, help: false, rounds: 5 });
  expect(readOptions(['--json', '--rounds', '3'])).toEqual({ json: true, help: false, rounds: 3 });
});

test.each([[['--rounds', '0']], [['--rounds', 'x']], [['--round', '3']], [['more']]])(
  '%j is refused',
  (args) => {
    expect(() => readOptions(args)).toThrow(new RegExp(args.at(-1) === '3' ? 'round' : (args.at(-1) ?? '')));
  },
);
