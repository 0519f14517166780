import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { emptyCatalog, withHost, withImageSet, withObservations } from '../../../lib/core/catalog/catalog';
import { decide } from '../../../lib/core/gate/decide';
import type { FailedOrder, PublishedBake } from '../../../lib/core/gate/gate-input';
import {
  DEFAULT_GATE_POLICY,
  LATE_POLICIES,
  OUT_OF_BAND_POLICIES,
} from '../../../lib/contract/values/gate-policy';
import { targetRevision } from '../../../lib/core/gate/check-host';
import { observationsOf } from '../../../lib/core/gate/observe';
import { familyOf } from '../../../lib/core/images/family';
import { parseRelease } from '../../../lib/contract/values/release';
import { digestOf } from '../../../sim/registry/memory-registry';

const FAMILIES = ['servercore', 'nanoserver', 'iis', 'aspnet'];
const START = Date.parse('2025-10-10T00:00:00Z');

/** What one family shows from some look on: a revision and a push, or nothing. */
const shown = fc.option(fc.record({ revision: fc.integer({ min: 100, max: 106 }), push: fc.nat(1) }), {
  nil: undefined,
  freq: 8,
});

const story = fc.record({
  release: fc.constantFrom('2022', '2016'),
  /** Every poll comes some quarters of an hour after the one before. */
  polls: fc.array(
    fc.record({ quarters: fc.integer({ min: 1, max: 120 }), shown: fc.tuple(shown, shown, shown, shown) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  ),
  hosts: fc.array(fc.integer({ min: 98, max: 108 }), { minLength: 25, maxLength: 25 }),
  late: fc.constantFrom(...LATE_POLICIES),
  outOfBand: fc.constantFrom(...OUT_OF_BAND_POLICIES),
  bakeSucceeds: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
});

test('no story of a registry makes the gate break a rule', () => {
  fc.assert(
    fc.property(story, ({ release: name, polls, hosts, late, outOfBand, bakeSucceeds }) => {
      const release = parseRelease(name);
      const families = FAMILIES.filter((one) => name !== '2016' || one !== 'nanoserver').map((one) =>
        familyOf(one, release),
      );
      let catalog = emptyCatalog(release);
      let published: PublishedBake | undefined;
      let failed: FailedOrder | undefined;
      let time = START;
      const seen: string[] = [];
      const tried = new Map<string, number>();
      polls.forEach(({ quarters, shown: row }, index) => {
        time += quarters * 15 * 60_000;
        const now = new Date(time);
        const current = families.map((family, place) => {
          const one = row[place];
          const digest = digestOf(`${family.name} ${one?.revision ?? ''} ${one?.push ?? ''}`);
          const image = one && {
            ...{ tag: family.floatingTags[0]!, digest, platformDigest: digest, compressedBytes: 1 },
            osVersion: { build: release.build, revision: one.revision },
          };
          return { family, image, findings: [] };
        });
        const observations = observationsOf(current, now);
        seen.push(...observations.map(({ repository, digest }) => `${repository} ${digest}`));
        catalog = withObservations(catalog, observations);
        const policy = { ...DEFAULT_GATE_POLICY, late, outOfBand };
        const input = { now, release, policy, polls: current, catalog, published, failed };
        const decision = decide({ ...input, recipeArn: 'r', scriptsSha256: 's', baseAmiId: 'a' });

        expect(decision.reason).toMatch(/^[A-Za-z0-9][^\n]*\.$/);
        if (decision.changesAt !== undefined) {
          expect(decision.changesAt.getTime()).toBeGreaterThan(time);
        }
        if (decision.decision === 'bake') {
          const set = decision.set!;
          const target = targetRevision(set);
          const revisions = set.images.map(({ osVersion }) => Number(osVersion.split('.')[3]));
          expect(set.images).toHaveLength(families.length);
          expect(Math.max(...revisions)).toBe(target);
          expect(
            new Set(revisions).size === 1 || set.findings.some(({ code }) => code === 'MIXED_REVISIONS'),
          ).toBe(true);
          set.images.forEach((image) => {
            expect(seen).toContain(`${image.repository} ${image.digest}`);
          });
          if (name === '2016') {
            expect(new Set(revisions).size).toBe(1);
          }
          const host = hosts[index]!;
          const id = `${set.id} ${time}`;
          catalog = withHost(catalog, now, host, id);
          if (host >= target && bakeSucceeds[index] === true) {
            published = {
              set: set.id,
              at: now.toISOString(),
              recipeArn: 'r',
              scriptsSha256: 's',
              baseAmiId: 'a',
            };
            failed = undefined;
          } else {
            const attempt = failed?.set === set.id ? failed.attempt + 1 : 1;
            failed = { id, set: set.id, recipeArn: 'r', scriptsSha256: 's', attempt, at: now.toISOString() };
            tried.set(set.id, Math.max(attempt, tried.get(set.id) ?? 0));
          }
        }
        if (decision.set !== undefined) {
          catalog = withImageSet(catalog, decision.set);
        }
      });
      const kept = new Set(catalog.observations.map(({ repository, digest }) => `${repository} ${digest}`));
      expect(kept).toEqual(new Set(seen));
      tried.forEach((attempts) => {
        expect(attempts).toBeLessThanOrEqual(2);
      });
    }),
    { numRuns: propertyRuns(300) },
  );
});
