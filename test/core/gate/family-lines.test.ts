import { withAccepted } from '../../../lib/core/catalog/catalog';
import type { PublishedBake } from '../../../lib/core/gate/gate-input';
import { inShort } from '../../support/gate-history';
import { GateState, type Shown } from '../../support/gate-state';

/** October 2025: Patch Tuesday is the 14th, 17:00Z; aspnet's line 4.8 ends that day. */
const BEFORE = '2025-10-01T00:00:00Z';
const TUESDAY = '2025-10-14T18:00:00Z';

function published(set: string, at: string): PublishedBake {
  return { set, at, recipeArn: 'recipe', scriptsSha256: 'scripts', baseAmiId: 'ami' };
}

test('a line that nobody knows is waited for while it cannot be read, and while it has images', () => {
  const gate = new GateState('2022', { aspnet: '4.9' });
  const poll = (instant: string, aspnet: Shown, servercore = 100) =>
    inShort(gate.poll(instant, { servercore, aspnet }));
  expect(poll('2025-10-01T00:00:00Z', 'unread')).toBe('wait, REGISTRY_UNREACHABLE aspnet, LATE aspnet');
  expect(poll('2025-10-01T01:00:00Z', 100)).toBe('bake');
  expect(poll(TUESDAY, 100, 200)).toBe('wait, LATE aspnet');
});

test('servercore that is pushed again is not waited with for a line that ended', () => {
  const gate = new GateState('2022', { aspnet: '4.8' });
  const shown = { servercore: 100, iis: 100, aspnet: 100 };
  const { set } = gate.poll('2025-10-20T00:00:00Z', shown);
  const baked = published(set!.id, '2025-10-20T00:00:00Z');
  const again = { ...shown, servercore: [100, 'again'] as const };
  expect(gate.poll('2025-10-21T00:00:00Z', again, { published: baked }).reason).toContain(
    'waiting for iis, at',
  );
});

test('who stands still for 60 days stops the gate until a person accepts, whose line ended does not', () => {
  const gate = new GateState('2022', { aspnet: '4.8' });
  const poll = (instant: string, iis: number) =>
    gate.poll(instant, { servercore: 200, iis, aspnet: 100 }, { published: published('set', BEFORE) });
  gate.poll(BEFORE, { servercore: 100, iis: 100, aspnet: 100 });
  poll(TUESDAY, 100);
  const stopped = poll('2025-12-14T18:00:00Z', 100);
  expect(inShort(stopped)).toMatch(/^needsOperator, RETIRED_LINE aspnet, FROZEN iis, FROZEN aspnet, /);
  expect(stopped.reason).toMatch(
    /^iis stands at 10\.0\.20348\.100 .* accepts "FROZEN iis 10\.0\.20348\.100"\.$/,
  );
  const moved = poll('2025-12-14T18:15:00Z', 200);
  expect(inShort(moved)).toMatch(/^bake, RETIRED_LINE aspnet, FROZEN aspnet, /);
  gate.catalog = withAccepted(gate.catalog, 'FROZEN iis 10.0.20348.100', 'ann', new Date(BEFORE));
  expect(poll('2025-12-14T18:30:00Z', 100).decision).not.toBe('needsOperator');
});
