import { FOLLOW_INTERVAL_SECONDS } from '../../../../lib/core/image-builder/workflows';
import { POLL_INTERVAL_SECONDS } from '../../../../lib/contract/values/gate-policy';
import { RebakeWorld } from '../../../support/rebake-world';
import { runLibrary, type Machine } from './run-library';

// The library loads these for calls of real functions, which no test makes.
jest.mock('@aws-sdk/client-lambda', () => ({}));
jest.mock('@aws-sdk/credential-providers', () => ({}));

/** The seconds that lie between two tasks of the template, where a Wait state does. */
const WAITS: Readonly<Record<string, number>> = {
  'Decide Decide': POLL_INTERVAL_SECONDS,
  'EvaluateFailure Decide': POLL_INTERVAL_SECONDS,
  'GetImage GetImage': FOLLOW_INTERVAL_SECONDS,
};

/** Runs an execution of the template in the library, which has no virtual clock: waits pass before the task after them. */
async function rebakeInLibrary(world: RebakeWorld, input: object = { trigger: 'patchTuesday' }) {
  const executionArn = world.begin();
  const machine = world.definition as Machine;
  let last = '';
  const account = await runLibrary(
    machine,
    JSON.parse(JSON.stringify(input)),
    async (stateName, parameters) => {
      const seconds = WAITS[`${last} ${stateName}`] ?? 0;
      await world.clock.waitUntil(new Date(world.clock.now().getTime() + seconds * 1000));
      // A call that fails is made again by its state, without a Wait.
      last = '';
      const resource = String(machine.States[stateName]!['Resource']);
      const answer = await world.answer({ resource, parameters, stateName });
      last = stateName;
      return answer;
    },
    { executionArn },
  );
  world.running.delete(executionArn);
  return account;
}

/** What an execution leaves behind. */
function outcomeOf(world: RebakeWorld) {
  return {
    calls: world.calls,
    starts: world.starts.length,
    latest: world.latest,
    subjects: world.notified.map(({ subject }) => subject),
    events: world.events.map(({ type }) => type),
    documents: [...world.documents.texts.keys()].sort().map((key) => key.replace(/20\d{6}T?\d*\S*/, '')),
    parameters: [...world.parameters.values.keys()].sort(),
  };
}

const FAILED = { status: 'FAILED', reason: 'Document failed!', minutes: 50 };

/** Ways through the template, each with what is special about its world. */
const WAYS: Readonly<Record<string, (world: RebakeWorld) => void>> = {
  'a bake and its publication': () => undefined,
  'a wait for late families, until the gate goes on without them': (world) => {
    Object.assign(world.shown, { iis: 4171 });
    world.policy = { longestWaitSeconds: 3600 };
  },
  'a person who is needed': (world) => {
    Object.assign(world.shown, { iis: 4171 });
    world.policy = { longestWaitSeconds: 3600, late: 'stop' };
  },
  'a bake that fails twice': (world) => {
    world.plans.push(FAILED, FAILED);
  },
  'a bake that fails once': (world) => {
    world.plans.push(FAILED);
  },
  'a bake that is cancelled': (world) => {
    world.plans.push({ status: 'CANCELLED', minutes: 10 });
  },
  'a bake that never ends': (world) => {
    world.plans.push({ status: 'AVAILABLE', minutes: 7 * 24 * 60 });
  },
  'services that are busy for a while': (world) => {
    const left: Record<string, number> = { Decide: 3, StartBake: 2, GetImage: 2, Publish: 3 };
    world.trouble = (state) =>
      (left[state] = (left[state] ?? 0) - 1) >= 0 ? 'ThrottlingException' : undefined;
  },
  'a service that stays broken': (world) => {
    world.trouble = (state) => (state === 'StartBake' ? 'ServiceException' : undefined);
  },
};

test.each(Object.entries(WAYS))(
  'the library goes the same way through the template: %s',
  async (_name, prepare) => {
    const [ours, theirs] = [new RebakeWorld('2025-10-20T00:00:00Z'), new RebakeWorld('2025-10-20T00:00:00Z')];
    [ours, theirs].forEach(prepare);
    const result = await ours.rebake();
    const library = await rebakeInLibrary(theirs);
    expect(library.states).toEqual(result.history.map(({ state }) => state));
    expect(library.status).toBe(result.status);
    expect(library.error).toBe(result.error);
    expect(JSON.stringify(library.output ?? null)).toBe(JSON.stringify(result.output ?? null));
    expect(outcomeOf(theirs)).toEqual(outcomeOf(ours));
  },
);
