import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WAITS_FOR } from '../../../lib/contract/documents/fleet-state';

test('the page of fleets says of every wait what ends it, and of no other', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'fleets.md'), 'utf8');
  const [, list = ''] = /`waits for`:\n\n```\n([^]*?)^```/m.exec(page) ?? [];
  const named = [...list.matchAll(/^(\w+) {2}/gm)].map(([, wait]) => wait);
  expect(named.sort()).toEqual([...WAITS_FOR].sort());
});
