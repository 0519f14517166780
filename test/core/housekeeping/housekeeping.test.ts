import { osOf } from '../../../lib/contract/values/release';
import { runHousekeeping } from '../../../lib/core/housekeeping/housekeeping';
import type { HousekeepingPorts } from '../../../lib/core/housekeeping/memory';
import { createHousekeeping } from '../../../lib/handlers/housekeeping';
import { embeddedMetrics, createLog } from '../../../lib/handlers/log';
import {
  AWAY,
  CURRENT,
  DESCRIBED,
  housekeepingWorld as world,
  LATEST,
} from '../../support/housekeeping-world';
import { Mortal } from '../../support/mortal-ports';
import { DESCRIPTION, PATH } from '../../support/pipeline-description';

test('a poll promotes, delivers, announces and measures, and a second one changes nothing', async () => {
  const { poll, home, away, events, notified, measured, documents } = world({
    latest: LATEST,
    current: CURRENT,
  });
  const results = await poll();
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(home.json(`${PATH}/current/publication`)).toEqual(LATEST);
  expect(home.json(`${PATH}/previous/publication`)).toEqual(CURRENT);
  expect(away.json(`${PATH}/current/publication`)).toEqual(LATEST);
  expect(measured.map(({ name, value }) => [name, value])).toEqual([
    ['HoursUnpatched', 0],
    ['PatchBudgetUsed', 0],
    ['HoursSinceDecision', 1],
  ]);
  const before = [new Map(home.values), new Map(away.values), new Map(documents.texts)];
  const puts = home.puts.length + away.puts.length;
  await poll();
  expect([home.values, away.values, documents.texts]).toEqual(before);
  expect(home.puts.length + away.puts.length).toBe(puts);
  expect(events).toEqual([LATEST.id]);
  expect(notified).toEqual([]);
});

test('a part that fails stops no other', async () => {
  const made = world({ latest: LATEST, current: CURRENT });
  await made.documents.overwrite('catalog/2022.json', '{');
  const results = await made.poll();
  expect(results.filter(({ error }) => error !== undefined).map(({ part }) => part)).toEqual(['patching']);
  expect(made.home.json(`${PATH}/current/publication`)).toEqual(LATEST);
  expect(made.measured.map(({ name }) => name)).toEqual(['HoursSinceDecision']);
});

test('where its memory cannot be read people hear of it at once and once, and of its end; the parts go on', async () => {
  const { documents, home, notified, poll, pass } = world({ latest: LATEST, current: CURRENT });
  const key = 'publications/housekeeping.json';
  await poll();
  const memory = documents.texts.get(key)!;
  await documents.overwrite(key, '{"schema":"winbake.housekeeping/9"}');
  pass(1);
  const failed = (await poll()).filter(({ error }) => error !== undefined);
  expect(failed[0]).toMatchObject({ part: 'memory', reported: expect.stringContaining(key) });
  pass(3);
  await poll();
  expect(notified).toEqual(['Winbake 2022-core: housekeeping cannot read what it remembers']);
  expect(home.json(`${PATH}/current/publication`)).toEqual(LATEST);
  await documents.overwrite(key, memory);
  await poll();
  expect(notified.slice(1)).toEqual(['Winbake 2022-core: housekeeping reads again what it remembers']);
});

test('while promotion is held the budget runs on: a warning, an alarm, each notified once and healed', async () => {
  const hold = { by: 'ops', reason: 'the fair', at: '2025-10-14T00:00:00Z', until: '2025-11-14T00:00:00Z' };
  const { poll, pass, notified, measured, home, state } = world(
    { latest: LATEST, current: CURRENT },
    { [`${PATH}/hold`]: hold },
  );
  await poll();
  expect(measured[0]).toEqual({ name: 'HoursUnpatched', value: 6, unit: 'None' });
  pass(48);
  await poll();
  await poll();
  expect(notified.filter((one) => one.includes('budget'))).toEqual([
    'Winbake 2022-core: 75 % of the patch budget is spent',
  ]);
  pass(18);
  await poll();
  expect(notified.filter((one) => one.includes('100 %'))).toHaveLength(1);
  await home.put(`${PATH}/hold`, JSON.stringify({ ...hold, until: state.now.toISOString() }), 'text');
  await poll();
  expect(notified.filter((one) => one.includes('patched again'))).toHaveLength(2);
});

test('an account that shuts us out is reported after a day, one that was never open is not', async () => {
  const { poll, pass, notified, state, away } = world({ latest: CURRENT, current: CURRENT });
  const ofAccount = () => notified.filter((one) => one.includes('account'));
  state.isOpen = false;
  await poll();
  pass(30);
  await poll();
  expect(ofAccount()).toEqual([]);
  state.isOpen = true;
  await poll();
  expect(away.json(`${PATH}/current/publication`)).toEqual(CURRENT);
  state.isOpen = false;
  pass(1);
  await poll();
  pass(25);
  await poll();
  await poll();
  expect(ofAccount()).toEqual(['Winbake 2022-core: account 210987654321/eu-central-1 cannot be reached']);
  state.isOpen = true;
  await poll();
  expect(ofAccount()).toHaveLength(2);
});

test('no decision for 26 hours is reported', async () => {
  const { poll, pass, notified } = world({ latest: LATEST, current: LATEST });
  pass(24.9);
  await poll();
  expect(notified).toEqual([]);
  pass(0.2);
  await poll();
  expect(notified).toEqual(['Winbake 2022-core: no decision for 26 h']);
});

test.each([
  ['whose schedule allows it', 200],
  ['that nothing starts by the clock', null],
])('a pipeline %s may be silent for a week', async (_what, longestSilenceHours) => {
  const { ports, pass, notified } = world({ latest: LATEST, current: LATEST });
  pass(7 * 24);
  await runHousekeeping(ports, { ...DESCRIBED, longestSilenceHours });
  expect(notified.filter((subject) => subject.includes('no decision'))).toEqual([]);
});

test('until the first bake the channels follow newer base AMIs, elsewhere too', async () => {
  const newer = 'ami-00000000000000009';
  const { poll, home, away } = world({}, { [DESCRIPTION.baseAmiParameter!]: newer });
  await away.put(osOf(DESCRIPTION.os).baseAmiParameter, newer, 'text');
  await poll();
  for (const parameters of [home, away]) {
    expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({ mode: 'unbaked', amiId: newer });
  }
});

describe('once a day', () => {
  function pruned() {
    const made = world({ latest: LATEST, current: LATEST, previous: CURRENT });
    for (const [number, ageDays] of [
      [1, 200],
      [2, 170],
      [3, 140],
      [4, 110],
      [5, 80],
    ] as const) {
      made.inventory.add(number, {
        ageDays,
        deprecatedDays: number === 1 ? 30 : undefined,
        now: made.state.now,
      });
    }
    const reported = async () => (await made.poll()).find(({ part }) => part === 'prune')?.reported ?? '';
    return { ...made, reported };
  }

  test('what nothing needs is deprecated and removed, and each AMI that stays has its reason', async () => {
    const { inventory, pass, reported, documents } = pruned();
    expect((await reported()).split('\n')).toEqual([
      'keep ami-00000005 in eu-central-1 (20348.5-1): one of the newest 3 publications',
      'keep ami-00000004 in eu-central-1 (20348.4-1): one of the newest 3 publications',
      'keep ami-00000003 in eu-central-1 (20348.3-1): one of the newest 3 publications',
      expect.stringContaining('deprecate ami-00000002 in eu-central-1 (20348.2-1): nothing uses it'),
      expect.stringContaining('remove ami-00000001 in eu-central-1 (20348.1-1): nothing uses it'),
      'Pruned 5 AMIs.',
    ]);
    const done = [...inventory.changes];
    expect(JSON.parse(documents.texts.get('publications/housekeeping.json')!)).toMatchObject({
      pruned: { amis: Array(5).fill(expect.objectContaining({ region: 'eu-central-1' })) },
    });
    pass(23.9);
    expect(await reported()).toContain('Pruned on 2025-10-14T23:00:00.000Z, and again from');
    expect(inventory.changes).toEqual(done);
    pass(0.1 + 7 * 24);
    await reported();
    expect(inventory.changes.slice(done.length)).toEqual([
      'forget ami-00000002 in 123456789012',
      'forget ami-00000002 in 210987654321',
      'remove ami-00000002',
    ]);
  });

  test('an account that cannot be read keeps what is shared with it, and the poll is well', async () => {
    const { inventory, reported } = pruned();
    inventory.amis = inventory.amis.map((ami) => ({ ...ami, sharedWith: [AWAY.account] }));
    inventory.unread.add(AWAY.account);
    const lines = (await reported()).split('\n');
    expect(lines[0]).toBe(
      'Account 210987654321 in eu-central-1 could not be read, so all that is shared with it stays: AccessDenied',
    );
    expect(lines.filter((line) => line.startsWith('keep'))).toHaveLength(5);
    expect(inventory.changes).toEqual([]);
  });

  test('a prune that fails is tried again at the next poll, and people are notified once where it goes on failing', async () => {
    const { inventory, poll, pass, reported, notified, home } = pruned();
    inventory.failsAt = 1;
    expect(await reported()).toBe('the function was ended');
    expect(home.json(`${PATH}/current/publication`)).toEqual(LATEST);
    expect(notified).toEqual([]);
    for (let polls = 0; polls < 12; polls += 1) {
      pass(0.25);
      await poll();
    }
    expect(notified).toEqual(['Winbake 2022-core: housekeeping fails: prune']);
    inventory.failsAt = Infinity;
    pass(0.25);
    expect(await reported()).toContain('Pruned 5 AMIs.');
    expect(notified.slice(1)).toEqual(['Winbake 2022-core: housekeeping works again: prune']);
  });

  test('a poll that dies after any call of its ports leaves, with the next one, what one poll leaves', async () => {
    const examined = async (diesAfter: number) => {
      const made = pruned();
      const mortal = new Mortal(diesAfter);
      const { documents, inventory, stores } = made.ports;
      const ports: HousekeepingPorts = {
        ...made.ports,
        documents: mortal.port(documents),
        inventory: mortal.port(inventory),
        stores: { of: async (target) => mortal.port(await stores.of(target)) },
      };
      await runHousekeeping(ports, DESCRIBED);
      if (mortal.isDead) {
        await made.poll();
      }
      const { pruned: last, failing } = JSON.parse(
        made.documents.texts.get('publications/housekeeping.json')!,
      ) as Record<string, { at: string }>;
      return {
        calls: mortal.calls,
        state: { home: made.home.values, away: made.away.values, failing, at: last?.at },
        amis: made.inventory.amis,
      };
    };
    const whole = await examined(Infinity);
    for (let calls = 1; calls < whole.calls; calls += 1) {
      const { amis, state } = await examined(calls);
      expect(amis).toEqual(whole.amis);
      expect(state).toEqual(whole.state);
    }
  });
});

describe('the handler', () => {
  const environment = { WINBAKE_PIPELINE_DESCRIPTION: JSON.stringify(DESCRIBED) };

  test('fails at the end where a part failed, and logs it', async () => {
    const made = world({ latest: LATEST, current: CURRENT });
    await made.documents.overwrite('catalog/2022.json', '{');
    const lines: string[] = [];
    const housekeeping = createHousekeeping(
      made.ports,
      environment,
      createLog({ pipeline: '2022-core' }, (line) => lines.push(line)),
    );
    await expect(housekeeping()).rejects.toThrow('patching: catalog/2022.json is damaged: it is not JSON.');
    const [error, info] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(error).toMatchObject({ level: 'error', pipeline: '2022-core', error: 'WinbakeError' });
    expect(info).toMatchObject({ level: 'info', parts: { promotion: expect.any(String) as string } });
  });

  test('logs no secrets', () => {
    const lines: string[] = [];
    createLog({}, (line) => lines.push(line)).info('x', { nested: { sessionToken: 'abc', id: 1 } });
    expect(lines.join('')).not.toContain('abc');
    expect(lines.join('')).toContain('"id":1');
  });

  test('metrics are lines of the embedded format', () => {
    const lines: string[] = [];
    embeddedMetrics({ Pipeline: '2022-core' }, (line) => lines.push(line)).record(
      [{ name: 'HoursUnpatched', value: 6, unit: 'None' }],
      new Date(1000),
    );
    expect(JSON.parse(lines[0]!)).toEqual({
      _aws: {
        Timestamp: 1000,
        CloudWatchMetrics: [
          {
            Namespace: 'Winbake',
            Dimensions: [['Pipeline']],
            Metrics: [{ Name: 'HoursUnpatched', Unit: 'None' }],
          },
        ],
      },
      Pipeline: '2022-core',
      HoursUnpatched: 6,
    });
  });
});
