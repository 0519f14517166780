import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULE_MUTANTS } from '../../../tools/reliability/rule-mutants';

test('each mutant of a rule fits one place of the code as it is', () => {
  const wrong = RULE_MUTANTS.filter(({ changes, file }) => {
    const text = readFileSync(join(__dirname, '../../..', file), 'utf8');
    return !changes.every(([from, to]) => text.split(from).length === 2 && from !== to);
  });
  expect(wrong).toEqual([]);
  expect(RULE_MUTANTS.length).toBeGreaterThan(50);
});
