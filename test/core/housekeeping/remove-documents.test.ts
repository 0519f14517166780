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
    now: new Date('2026-01-01T00:00:00Z'),
    all: [component('old'), component('new'), workflow('old'), workflow('new')],
    used: [component('new'), workflow('new')],
    refused: [] as string[],
    asked: [] as string[],
  };
  const bakeDocuments: HousekeepingPorts['bakeDocuments'] = {
    all: () => Promise.resolve([...state.all]),
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
  const ports = { bakeDocuments, documents, now: () => state.now } as unknown as HousekeepingPorts;
  const pass = async (minutes: number) => {
    state.now = new Date(state.now.getTime() + minutes * 60_000);
    return removeUnusedDocuments(ports, { ...DESCRIPTION, imagePipelineArn: PIPELINE });
  };
  const bake = (ended: string | null) => {
    const order = { id: '20348.4294-a', image: null, ended };
    const lease = { schema: 'winbake.lease/1', execution: EXECUTION, at: '2026-01-01T00:00:00Z', order };
    documents.texts.set(LEASE_KEY, JSON.stringify(lease));
  };
  return { bake, documents, pass, state };
}

const IN_USE = [component('new'), workflow('new')];

test('what a deployment replaced goes when nothing has used it for an hour, and what is in use stays', async () => {
  const { pass, state } = world();
  expect(await pass(0)).toBe('2 replaced documents wait to be removed.');
  await pass(45);
  expect(state.all).toHaveLength(4);
  expect(await pass(15)).toContain(`Removed ${component('old')}, which nothing uses.`);
  expect(state.all).toEqual(IN_USE);
  expect(state.asked).toContain(PIPELINE);
  expect(await pass(15)).toBe('0 replaced documents wait to be removed.');
});

test('nothing goes while a bake is under way, however long, and then it does', async () => {
  const { bake, pass, state } = world();
  await pass(0);
  bake(null);
  for (let hours = 0; hours < 6; hours += 1) {
    await pass(60);
  }
  expect(state.all).toHaveLength(4);
  bake('published');
  await pass(15);
  expect(state.all).toEqual(IN_USE);
});

test('what a deployment that fails goes back to is in use again, and its hour begins anew', async () => {
  const { pass, state } = world();
  await pass(0);
  state.used = [component('old'), workflow('old')];
  await pass(45);
  state.used = IN_USE;
  await pass(45);
  await pass(45);
  expect(state.all).toHaveLength(4);
  await pass(15);
  expect(state.all).toEqual(IN_USE);
});

test('a recipe that names a version without its build uses every build of it', async () => {
  const { pass, state } = world();
  state.used = IN_USE.map((arn) => arn.replace(/\/1$/, ''));
  await pass(0);
  await pass(60);
  expect(state.all).toEqual(IN_USE);
});

test('one that Image Builder does not let go keeps no other, is reported and tried again', async () => {
  const { documents, pass, state } = world();
  state.refused = [component('old')];
  await pass(0);
  await expect(pass(60)).rejects.toThrow(/A recipe depends on/);
  expect(state.all).toEqual([component('old'), ...IN_USE]);
  expect([...documents.texts.values()].join()).not.toContain(workflow('old'));
  state.refused = [];
  await pass(15);
  expect(state.all).toEqual(IN_USE);
});
