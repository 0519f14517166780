import { osOf } from '../../../lib/contract/values/release';
import {
  removeUnusedDocuments,
  runHousekeeping,
  type HousekeepingPartName,
} from '../../../lib/core/housekeeping/housekeeping';
import { AWAY, CURRENT, DESCRIBED, housekeepingWorld, LATEST } from '../../support/housekeeping-world';
import { DESCRIPTION } from '../../support/pipeline-description';

type World = ReturnType<typeof housekeepingWorld>;

/** What one part reports at a poll. */
async function reportOf(world: World, part: HousekeepingPartName, description = DESCRIBED) {
  const results = await runHousekeeping(world.ports, description);
  return results.find((one) => one.part === part)?.reported;
}

const AMI = 'ami-00000000000000009';
const PARAMETER = DESCRIPTION.baseAmiParameter!;
const AWAY_NAME = `${AWAY.account}/${AWAY.region}`;
const HOME_NAME = `${DESCRIPTION.account}/${DESCRIPTION.region}`;

describe('the delivery', () => {
  test('names what is pending, with the reason, and nothing else', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    expect(await reportOf(world, 'delivery')).toBe('Everything has arrived everywhere.');
    world.state.isOpen = false;
    expect(await reportOf(world, 'delivery')).toBe(`Pending: ${AWAY_NAME} (AccessDenied)`);
  });

  test.each([
    ['is not reported before both have lasted a day', 0, 23.9, 0],
    ['is reported once both have', 0, 24, 1],
    ['counts from when it was reached last', 5, 23.9, 0],
    ['counts from when it was shut', 40, 23.9, 0],
  ])('of an account that shuts us out %s', async (_what, openHours, shutHours, notices) => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    await world.poll();
    world.pass(openHours);
    await world.poll();
    world.state.isOpen = false;
    await world.poll();
    world.pass(shutHours);
    await world.poll();
    expect(world.notified.filter((one) => one.includes(AWAY_NAME))).toHaveLength(notices);
  });
});

describe('the seed', () => {
  test('says what it pointed where', async () => {
    const world = housekeepingWorld({}, { [PARAMETER]: AMI });
    await world.away.put(osOf(DESCRIPTION.os).baseAmiParameter, AMI, 'text');
    expect(await reportOf(world, 'seed')).toBe(
      `Nothing is baked yet; seeded ${HOME_NAME}: ${AMI}, ${AWAY_NAME}: ${AMI}`,
    );
  });

  test('leaves an account that cannot be seeded to itself', async () => {
    const world = housekeepingWorld({}, { [PARAMETER]: AMI });
    expect(await reportOf(world, 'seed')).toBe(
      `Nothing is baked yet; seeded ${HOME_NAME}: ${AMI}, ${AWAY_NAME}: The parameter ${osOf(DESCRIPTION.os).baseAmiParameter} does not exist in ${AWAY_NAME}.`,
    );
  });

  test('fails where its own account has no base AMI', async () => {
    const world = housekeepingWorld({});
    expect(await reportOf(world, 'seed')).toBe(`The parameter ${PARAMETER} does not exist in ${HOME_NAME}.`);
  });

  test.each([
    ['once something is published', { latest: LATEST, current: CURRENT }, DESCRIBED],
    ['where the base AMI has no parameter', {}, { ...DESCRIPTION, baseAmiParameter: null }],
  ])('has nothing to do %s', async (_what, channels, description) => {
    expect(await reportOf(housekeepingWorld(channels), 'seed', description)).toBe('Nothing to seed.');
  });

  test('goes on while latest points nowhere', async () => {
    const world = housekeepingWorld({}, { [PARAMETER]: AMI });
    [...world.home.values.keys()]
      .filter((name) => name.includes('/latest/'))
      .forEach((name) => {
        world.home.values.delete(name);
      });
    expect(await reportOf(world, 'seed')).toContain(`${HOME_NAME}: ${AMI}`);
  });
});

describe('decisions', () => {
  test('are not measured before the first one', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    world.documents.texts.delete('bakes/last-decision.json');
    expect(await reportOf(world, 'decisions')).toBe('Nothing has been decided yet.');
    expect(world.measured.map(({ name }) => name)).not.toContain('HoursSinceDecision');
  });

  test('may be silent for exactly as long as the schedule says', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    world.pass(25);
    expect(await reportOf(world, 'decisions')).toContain('26.0 h ago: nothing. Up to date.');
    expect(world.notified).toEqual([]);
  });

  test('are reported when they come again', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    world.pass(26);
    await world.poll();
    await world.documents.overwrite(
      'bakes/last-decision.json',
      JSON.stringify({
        schema: 'winbake.last-decision/1',
        at: world.state.now.toISOString(),
        decision: 'nothing',
        reason: 'Up to date.',
      }),
    );
    await world.poll();
    await world.poll();
    expect(world.notified).toEqual([
      'Winbake 2022-core: no decision for 26 h',
      'Winbake 2022-core: decides again',
    ]);
  });
});

describe('the patch budget', () => {
  const MISSING = 'current has been without 10.0.20348.4294 for 54.0 h since the release.';

  test('is told in a sentence, and people hear how large it is and who holds promotion', async () => {
    const until = '2025-11-14T00:00:00.000Z';
    const hold = { by: 'ann', reason: 'the fair', at: '2025-10-14T00:00:00.000Z', until };
    const world = housekeepingWorld(
      { latest: LATEST, current: CURRENT },
      { [`/winbake/2022-core/hold`]: hold },
    );
    world.pass(48);
    expect(await reportOf(world, 'patching')).toBe(MISSING);
    const text = world.texts[world.notified.findIndex((one) => one.includes('75 %'))];
    expect(text).toContain(`${MISSING} The budget is 72 h. ann holds promotion until ${until}: the fair\n`);
  });

  test('of what has every update is whole, and nobody is notified of a hold that is none', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    expect(await reportOf(world, 'patching')).toBe('current has every released update.');
    const manual = { ...DESCRIBED, promotion: { ...DESCRIBED.promotion, mode: 'manual' as const } };
    const late = housekeepingWorld({ latest: LATEST, current: CURRENT });
    late.pass(48);
    await reportOf(late, 'patching', manual);
    expect(late.texts.find((one) => one.includes('The budget'))).toMatch(/The budget is 72 h\.\n/);
  });
});

describe('a part that fails', () => {
  const failing = ({ documents }: World) =>
    (JSON.parse(documents.texts.get('publications/housekeeping.json') ?? '{}') as { failing?: object })
      .failing;

  test('is reported after two hours, with what it said and since when', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    const catalog = world.documents.texts.get('catalog/2022.json')!;
    await world.documents.overwrite('catalog/2022.json', '{');
    await world.poll();
    world.pass(1.9);
    await world.poll();
    expect(world.notified).toEqual([]);
    world.pass(0.1);
    await world.poll();
    expect(world.notified).toEqual(['Winbake 2022-core: housekeeping fails: patching']);
    expect(world.texts[0]).toContain('Since 2025-10-14T23:00:00.000Z');
    expect(failing(world)).toMatchObject({ patching: { since: '2025-10-14T23:00:00.000Z' } });
    await world.documents.overwrite('catalog/2022.json', catalog);
    await world.poll();
    expect(failing(world)).toEqual({});
  });

  test('begins anew after it has worked', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    const catalog = world.documents.texts.get('catalog/2022.json')!;
    for (const text of ['{', catalog, '{']) {
      await world.documents.overwrite('catalog/2022.json', text);
      await world.poll();
      world.pass(1.5);
    }
    await world.poll();
    expect(world.notified).toEqual([]);
  });

  test('is a failure where only people cannot be notified of it', async () => {
    const world = housekeepingWorld({ latest: LATEST, current: LATEST });
    await world.documents.overwrite('catalog/2022.json', '{');
    await world.poll();
    world.pass(2);
    const results = await runHousekeeping(
      { ...world.ports, notifier: { notify: () => Promise.reject(new Error('SNS is away')) } },
      DESCRIBED,
    );
    const failed = results.filter(({ error }) => error !== undefined);
    // The part's own reason, not that of the notice.
    expect(failed).toMatchObject([{ part: 'patching', reported: expect.stringContaining('is not JSON') }]);
  });
});

test('where its memory cannot be reached nobody is notified that it is damaged', async () => {
  const world = housekeepingWorld({ latest: LATEST, current: LATEST });
  const { documents } = world.ports;
  const results = await runHousekeeping(
    {
      ...world.ports,
      documents: {
        ...documents,
        read: (key) =>
          key === 'publications/housekeeping.json'
            ? Promise.reject(new Error('S3 is away'))
            : documents.read(key),
      },
    },
    DESCRIBED,
  );
  expect(world.notified).toEqual([]);
  // Each of them: none knows for how long it has failed.
  expect(results.filter(({ error }) => error === undefined)).toEqual([]);
});

test('without a pipeline of Image Builder no document is asked for', async () => {
  const { ports } = housekeepingWorld({});
  const bakeDocuments = { ...ports.bakeDocuments, all: () => Promise.reject(new Error('asked')) };
  const reported = await removeUnusedDocuments({ ...ports, bakeDocuments }, DESCRIPTION);
  expect(reported).toBe('There is no Image Builder pipeline.');
});
