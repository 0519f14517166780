import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSet } from '../../../lib/contract/documents/catalog';
import { chooseImageSet } from '../../../lib/core/images/choose-image-set';
import { parseOsVersion } from '../../../lib/contract/values/os-version';

interface ChoiceCase {
  readonly name: string;
  readonly hostVersion: string;
  readonly targetRevision?: number;
  /** The order's own set and when it was ordered; left out, one that is not among them. */
  readonly ordered?: { readonly set: string; readonly at: string };
  readonly sets: readonly ImageSet[];
  readonly expected: { readonly set: string; readonly modes: object } | { readonly error: string };
}

const fixture = join(__dirname, '..', '..', 'fixtures', 'image-set-choice.json');
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly ChoiceCase[];

test.each(cases)('$name', ({ expected, hostVersion, ordered, sets, targetRevision = 0 }) => {
  const choice = chooseImageSet(sets, parseOsVersion(hostVersion), {
    set: ordered?.set ?? '',
    at: new Date(ordered?.at ?? 0),
    targetRevision,
  });
  expect('set' in choice ? { set: choice.set.id, modes: choice.modes } : choice).toEqual(expected);
});

test('the mode of a choice is its worst', () => {
  const late = cases.find(({ name }) => name.startsWith('an older image that is late'))!;
  expect(
    chooseImageSet(late.sets, parseOsVersion(late.hostVersion), {
      set: '',
      at: new Date(0),
      targetRevision: 0,
    }),
  ).toMatchObject({
    mode: 'previousRevision',
  });
});
