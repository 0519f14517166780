import fc from 'fast-check';
import { CLAIMS } from '../../../lib/core/claims/claims';
import type { Fact, ProofFacts } from '../../../lib/core/prove/facts';
import { prove, SIGNS } from '../../../lib/core/prove/prove';
import { EMPTY, fleetWith, HIDDEN, NOTHING } from '../../support/proof-facts';

test('claims have ids of their own, and whatever settles one names it', () => {
  const ids = CLAIMS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(id))).toEqual([]);
  expect(Object.keys(SIGNS).filter((id) => !ids.includes(id))).toEqual([]);
  expect(CLAIMS.filter(({ claim, how, otherwise }) => [claim, how, otherwise].includes(''))).toEqual([]);
});

test.each([
  ['read', NOTHING],
  ['there', EMPTY],
])('where nothing is %s nothing is seen, and each claim says what would show it', (_what, facts) => {
  const settled = prove(facts);
  expect(settled.filter(({ verdict }) => verdict !== 'notSeen')).toEqual([]);
  expect(settled.filter(({ reason }) => reason === '')).toEqual([]);
});

test('a denial is named where it hides the evidence', () => {
  const [settled] = prove(
    NOTHING,
    CLAIMS.filter(({ id }) => id === 'execution-policy-is-enough'),
  );
  expect(settled?.reason).toBe('No right to read it.');
});

/** Facts in which each part may be hidden. */
const partly = fc
  .record({
    bakes: fc.boolean(),
    fleets: fc.boolean(),
    files: fc.boolean(),
    status: fc.constantFrom('AVAILABLE', 'FAILED'),
  })
  .map(({ bakes, files, fleets, status }): ProofFacts => {
    const shown = <T>(isShown: boolean, seen: T): Fact<T> => (isShown ? { seen } : HIDDEN);
    return {
      ...EMPTY,
      bakes: shown(bakes, [{ arn: 'arn:image/one', status, reason: '', tags: {}, workflows: HIDDEN }]),
      manifests: shown(files, [{ key: 'manifests/a.json', text: '{' }]),
      fleets: shown(fleets, [fleetWith({})]),
    };
  });

test('whatever is hidden, a claim holds or fails by evidence alone', () => {
  fc.assert(
    fc.property(partly, (facts) => {
      const without = prove(facts).filter(
        ({ evidence, verdict }) => (verdict === 'notSeen') !== (evidence.length === 0),
      );
      expect(without).toEqual([]);
    }),
  );
});
