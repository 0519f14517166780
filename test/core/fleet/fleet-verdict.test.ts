import { fleetVerdict } from '../../../lib/core/publish/operate-channels';
import { fleetStateSchema, type FleetState } from '../../../lib/contract/documents/fleet-state';
import good from '../../fixtures/contracts/fleet-state.json';

const state = fleetStateSchema.parse(good);
const { rollout } = state;

test.each<[string, Partial<FleetState>, string, string]>([
  ['what is rolled out now', {}, '20348.4294-1', 'waiting'],
  ['what finished', {}, '20348.4171-1', 'well'],
  [
    'what finished where no instance ran it',
    { last: { ...state.last!, proven: false } },
    '20348.4171-1',
    'waiting',
  ],
  ['what was withdrawn', { last: { ...state.last!, outcome: 'withdrawn' } }, '20348.4171-1', 'waiting'],
  ['what failed here', {}, '20348.4200-1', 'bad'],
  [
    'what is going back because it is bad',
    { rollout: { ...rollout!, goingBack: { because: 'bad', reason: 'tasks do not start' } } },
    '20348.4294-1',
    'bad',
  ],
  [
    'what is going back because nobody wants it',
    { rollout: { ...rollout!, goingBack: { because: 'withdrawn', reason: 'the channel moved back' } } },
    '20348.4294-1',
    'waiting',
  ],
  [
    'what goes on to run while a launch template fails',
    {
      rollout: {
        ...rollout!,
        publication: { ...rollout!.publication, id: '20348.4171-1' },
        template: { from: 'a', to: 'b', fromVersion: '7' },
        goingBack: { because: 'bad', reason: 'tasks do not start' },
      },
    },
    '20348.4171-1',
    'well',
  ],
  ['what the fleet has not seen', {}, '20348.5000-1', 'waiting'],
])('%s', (_name, change, publication, verdict) => {
  expect(fleetVerdict({ ...state, ...change }, publication)).toBe(verdict);
});
