import { removeUnusedDocuments } from '../../../lib/core/housekeeping/housekeeping';
import type { HousekeepingPorts } from '../../../lib/core/housekeeping/memory';
import { LEASE_KEY } from '../../../lib/contract/names/bucket-keys';
import { memoryDocuments } from '../../support/memory-ports';
import { DESCRIPTION } from '../../support/pipeline-description';

const PREFIX = 'arn:aws:imagebuilder:eu-central-1:123456789012:';
const PIPELINE = `${PREFIX}image-pipeline/winbake-2022-core`;
const component = (hash: string) => `${PREFIX}component/winbake-2022-core-update-${hash}/1.0.0/1`;
const workflow = (hash: string) => `${PREFIX}workflow/build/winbake-2022-core-build-${hash}/1.0.0/1`;
const EXECUTION = 'arn:aws:states:eu-central-1:123456789012:execution:winbake-2022-core-rebake:one';

/** A pipeline whose documents `new` are in use and `old` were replaced. */
function world() {
  const documents = memoryDocuments();
  const state = {
    all: [component('old'), component('new'), workflow('old'), workflow('new')],
    used: [component('new'), workflow('new')],
    refused: [] as string[],
    asked: [] as string[],
    isDeploying: false,
    listed: () => undefined as unknown,
  };
  const bakeDocuments: HousekeepingPorts['bakeDocuments'] = {
    all: () => {
      const all = [...state.all];
      state.listed();
      return Promise.resolve(all);
    },
    usedBy: (arn) => {
      state.asked.push(arn);
      return Promise.resolve(state.used);
    },
    remove: (arn) => {
      if (state.refused.includes(arn)) {
        return Promise.reject(new Error(`A recipe depends on ${arn}.`));
      }
      state.all = state.all.filter((one) => one !== arn);
      return Promise.resolve();
    },
  };
  const isDeploying = () => Promise.resolve(state.isDeploying);
  const ports = { bakeDocuments, documents, isDeploying } as unknown as HousekeepingPorts;
  const poll = () => removeUnusedDocuments(ports, { ...DESCRIPTION, imagePipelineArn: PIPELINE });
  const bake = (ended: string | null) => {
    const order = { id: '20348.4294-a', image: null, ended };
    const lease = { schema: 'winbake.lease/1', execution: EXECUTION, at: '2026-01-01T00:00:00Z', order };
    documents.texts.set(LEASE_KEY, JSON.stringify(lease));
  };
  return { bake, poll, state };
}

const IN_USE = [component('new'), workflow('new')];

test('what a deployment replaced goes at once, and what is in use stays', async () => {
  const { poll, state } = world();
  expect(await poll()).toContain(`Removed ${component('old')}, which nothing uses.`);
  expect(state.all).toEqual(IN_USE);
  expect(state.asked).toContain(PIPELINE);
  expect(await poll()).toBe('No replaced documents are left.');
});

test('nothing goes while a bake is under way, and then it does', async () => {
  const { bake, poll, state } = world();
  bake(null);
  await poll();
  expect(state.all).toHaveLength(4);
  bake('published');
  await poll();
  expect(state.all).toEqual(IN_USE);
});

test('nothing goes while a deployment is under way, whose own are not in use yet and which may go back', async () => {
  const { poll, state } = world();
  state.isDeploying = true;
  await poll();
  expect(state.all).toHaveLength(4);
  state.isDeploying = false;
  await poll();
  expect(state.all).toEqual(IN_USE);
});

test('a deployment that begins and ends while it is looked takes nothing of the new one, nor one that has begun', async () => {
  const { poll, state } = world();
  const brought = component('brought meanwhile');
  state.listed = () => {
    state.all.push(brought);
    state.used = [brought, workflow('new')];
  };
  await poll();
  expect(state.all).toEqual([workflow('new'), brought]);
  state.listed = () => {
    state.isDeploying = true;
  };
  state.used = [workflow('new')];
  await poll();
  expect(state.all).toEqual([workflow('new'), brought]);
});

test('a recipe that names a version without its build uses every build of it', async () => {
  const { poll, state } = world();
  state.used = IN_USE.map((arn) => arn.replace(/\/1$/, ''));
  await poll();
  expect(state.all).toEqual(IN_USE);
});

test('one that Image Builder does not let go keeps no other, is reported and tried again', async () => {
  const { poll, state } = world();
  state.refused = [component('old')];
  await expect(poll()).rejects.toThrow(/A recipe depends on/);
  expect(state.all).toEqual([component('old'), ...IN_USE]);
  state.refused = [];
  await poll();
  expect(state.all).toEqual(IN_USE);
});
