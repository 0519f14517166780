import { candidateTag } from '../../../lib/core/images/candidate-tag';
import { defaultFamilies, familyOf } from '../../../lib/core/images/family';
import { RELEASES } from '../../../lib/contract/values/release';
import { planRepositories, TAGS_PER_REPOSITORY } from '../../../tools/bench/plan-repositories';
import { publishedMonths } from '../../../tools/bench/published-images';

const plans = new Map(planRepositories().map((plan) => [plan.repository, plan.tags]));

test.each([...plans])('%s has the stated number of different tags', (_repository, tags) => {
  expect(new Set(tags.map(({ tag }) => tag)).size).toBe(TAGS_PER_REPOSITORY);
});

test.each(
  RELEASES.flatMap((release) =>
    defaultFamilies(release).map((name) => [release.name, name, familyOf(name, release)] as const),
  ),
)('on %s, %s has its candidates: one floating tag, and others for each month', (_release, _name, family) => {
  const months = publishedMonths(family.release);
  const candidates = plans.get(family.repository)!.flatMap((planned) => {
    const candidate = candidateTag(family, planned.tag);
    return candidate === undefined ? [] : [{ ...candidate, ...planned }];
  });
  const floating = candidates.filter(({ kind }) => kind === 'floating');
  expect(floating.map(({ osVersion }) => osVersion)).toEqual([months[0]!.osVersion]);
  const others = candidates.filter(({ kind }) => kind !== 'floating');
  expect(others).toHaveLength(months.length * (family.datedTag === undefined ? 2 : 1));
  expect(new Set(others.map(({ osVersion }) => osVersion))).toEqual(
    new Set(months.map(({ osVersion }) => osVersion)),
  );
});
