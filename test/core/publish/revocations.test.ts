import fc from 'fast-check';
import { isNewer, type Channel } from '../../../lib/contract/documents/publication';
import { movesFromRevoked, type ChannelsBeside } from '../../../lib/core/publish/revocations';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';
import { propertyRuns } from '../../support/property-runs';

const ALL = [4052, 4171, 4294, 4297].map((revision, month) =>
  publicationAt(revision, `2025-0${month + 5}-14T22:00:00.000Z`),
);
const BESIDE = { known: ALL, amis: new Set(ALL.map(({ amiId }) => amiId)), restored: new Set<string>() };
const [P1, P2, P3, P4] = ALL as [Channel, Channel, Channel, Channel];

function moves(
  channels: ChannelsBeside['channels'],
  revoked: readonly Channel[],
  more: Partial<ChannelsBeside> = {},
) {
  const ids = new Set(revoked.map(({ id }) => id));
  const planned = movesFromRevoked({ ...BESIDE, channels, revoked: ids, ...more });
  return Object.fromEntries(planned.map(({ channel, to }) => [channel, to.id]));
}

test.each<[string, ChannelsBeside['channels'], readonly Channel[], object]>([
  ['nothing is revoked', { latest: P4, current: P3, previous: P2 }, [], {}],
  ['one that no channel shows', { latest: P4, current: P3, previous: P2 }, [P1], {}],
  ['current goes to previous', { latest: P4, current: P3, previous: P2 }, [P3], { current: P2.id }],
  [
    'latest goes to the newest that is left, which may not be current yet',
    { latest: P4, current: P2, previous: P1 },
    [P4],
    { latest: P3.id },
  ],
  ['previous goes to an older one', { latest: P3, current: P3, previous: P2 }, [P2], { previous: P1.id }],
  [
    'both',
    { latest: P4, current: P4, previous: P3 },
    [P3, P4],
    { latest: P2.id, current: P2.id, previous: P1.id },
  ],
  ['never to the plain base AMI', { latest: P4, current: P1, previous: UNBAKED }, [P1], {}],
  ['never to a newer one', { latest: P4, current: P1, previous: undefined }, [P1], {}],
])('%s', (_name, channels, revoked, expected) => {
  expect(moves(channels, revoked)).toEqual(expected);
});

test('what was taken back is the newest again, unless a newer one is there', () => {
  const channels = { latest: P3, current: P3, previous: P2 };
  expect(moves(channels, [], { restored: new Set([P4.id, P1.id]) })).toEqual({ latest: P4.id });
  expect(moves({ ...channels, latest: P4 }, [], { restored: new Set([P3.id]) })).toEqual({});
});

test('no channel goes to what is there no more, be it the previous one', () => {
  const amis = new Set([P1.amiId, P3.amiId]);
  const channels = { latest: P3, current: P3, previous: P2 };
  expect(moves(channels, [P3], { amis })).toEqual({ latest: P1.id, current: P1.id });
});

test('cut off after any move and planned again it ends the same, shows nothing revoked that could be left, and nothing newer', () => {
  const shown = fc.option(fc.constantFrom(UNBAKED, ...ALL), { nil: undefined });
  const channels = fc.record({ latest: shown, current: shown, previous: shown });
  fc.assert(
    fc.property(channels, fc.subarray(ALL), fc.subarray(ALL), fc.nat(3), (before, revoked, known, cut) => {
      const ids = new Set(revoked.map(({ id }) => id));
      const plan = (from: ChannelsBeside['channels']) =>
        movesFromRevoked({ ...BESIDE, channels: from, known, revoked: ids });
      const after = (from: ChannelsBeside['channels'], some: ReturnType<typeof plan>) =>
        some.reduce((now, { channel, to }) => ({ ...now, [channel]: to }), from);
      const whole = after(before, plan(before));
      const half = after(before, plan(before).slice(0, cut));
      expect(after(half, plan(half))).toEqual(whole);
      expect(plan(whole)).toEqual([]);
      for (const { channel, to } of plan(before)) {
        expect(ids.has(to.id)).toBe(false);
        const than = { current: before.current, previous: whole.current, latest: undefined }[channel];
        expect(than === undefined || isNewer(than, to)).toBe(true);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});
