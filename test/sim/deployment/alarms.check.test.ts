import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BEFORE } from '../../support/deployment/at-boundary';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';
import { SimulatedCloudWatch } from '../../support/deployment/simulated-cloud-watch';
import { atInstant, runCommandLine } from '../../support/run-command-line';

interface OnCall {
  readonly world: DeploymentWorld;
  readonly alarms: SimulatedCloudWatch;
  /** Waits until an alarm of the pipeline has a state; gives the hours that took. */
  readonly hoursUntil: (name: string, state: 'ALARM' | 'OK', days?: number) => Promise<number>;
  /** A command line that must do what it is told. */
  readonly winbake: (...args: readonly string[]) => Promise<string>;
  /** Replaces a document of the bucket by hand; gives what was there. */
  readonly put: (key: string, body: string) => Promise<string>;
  /** The subjects of what people got since the last call. */
  readonly mail: () => readonly string[];
}

/** A pipeline at rest with a fleet, its alarms, and whoever is on call with the rights of an administrator. */
async function onCall(work: (onCall: OnCall) => Promise<void>): Promise<void> {
  const world = new DeploymentWorld();
  const alarms = new SimulatedCloudWatch(world);
  const { account, clock } = world;
  const asPerson = <T>(run: () => Promise<T>) =>
    atInstant(clock.now(), () => account.as(account.administrator, run));
  let read = 0;
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    alarms.start();
    await world.settle();
    const bucket = account.living('AWS::S3::Bucket')[0]!.reference;
    await clock.pass(3600);
    const { messages } = account.world.sns;
    read = messages.length;
    await work({
      world,
      alarms,
      hoursUntil: async (name, state, days = 1) => {
        const from = clock.now().getTime();
        await world.until(() => alarms.stateOf(name) === state, `${name} ${state}`, days);
        return (clock.now().getTime() - from) / 3_600_000;
      },
      winbake: async (...args) => {
        const { region } = account.environment;
        const { exitCode, stderr, stdout } = await asPerson(() =>
          runCommandLine(...args, '--region', region),
        );
        expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: '' });
        return stdout;
      },
      put: async (key, Body) => {
        const before = account.readDocument(bucket, key) ?? '';
        await asPerson(() => new S3Client().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body })));
        return before;
      },
      mail: () => {
        const got = messages.slice(read).map(({ subject }) => subject);
        read = messages.length;
        return got;
      },
    });
  });
}

const WHY = ['--reason', 'a test', '--yes'];

/** What the alarms of the pipeline did after an instant. */
function ringing({ changes }: SimulatedCloudWatch, after: Date): readonly string[] {
  return changes
    .filter(({ alarm, at }) => alarm.startsWith('winbake-2022-core-') && at > after)
    .map(({ alarm, state }) => `${alarm.split('-').at(-1) ?? ''} ${state}`);
}

test('at rest no alarm rings; after a first deployment only until something is measured', async () => {
  await onCall(async ({ alarms, world, mail }) => {
    await world.clock.pass(12 * 3600);
    const rang = ringing(alarms, new Date(0));
    expect(rang.filter((one) => one.endsWith(' ALARM'))).toEqual(['NothingMeasured ALARM']);
    expect(rang.filter((one) => one.endsWith(' OK')).toSorted()).toEqual(
      [
        'DeadLetterQueue',
        'FunctionErrors',
        'NothingMeasured',
        'PatchBudgetSpent',
        'PatchBudgetWarning',
        'RebakeFailed',
      ].map((name) => `${name} OK`),
    );
    expect(mail()).toEqual([]);
  });
});

test('PatchBudgetWarning, PatchBudgetSpent: a notice tells each once, and the status has the command that heals them', async () => {
  await onCall(async ({ alarms, hoursUntil, mail, winbake, world }) => {
    const begun = world.clock.now();
    await winbake('pipeline', 'hold', '2022-core', ...WHY);
    world.revision += 100;
    expect(await hoursUntil('PatchBudgetWarning', 'ALARM', 3)).toBeGreaterThan(54);
    expect(await hoursUntil('PatchBudgetSpent', 'ALARM')).toBe(18);
    expect(mail()).toEqual([
      'Winbake 2022-core: 75 % of the patch budget is spent',
      'Winbake 2022-core: 100 % of the patch budget is spent',
    ]);
    const status = await winbake('pipeline', 'status', '2022-core');
    expect(status).toContain('\nnext: winbake pipeline unhold 2022-core --reason');
    expect(status).toContain('Z: a test. That is in ');
    await winbake('pipeline', 'unhold', '2022-core', ...WHY);
    expect(await hoursUntil('PatchBudgetSpent', 'OK')).toBeLessThanOrEqual(0.26);
    expect(await hoursUntil('PatchBudgetWarning', 'OK')).toBe(0);
    expect(mail().filter((subject) => subject.startsWith('Winbake 2022-core'))).toEqual([
      'Winbake 2022-core: patched again within 75 % of its budget',
      'Winbake 2022-core: patched again within 100 % of its budget',
    ]);
    expect(ringing(alarms, begun)).toEqual([
      'PatchBudgetWarning ALARM',
      'PatchBudgetSpent ALARM',
      'PatchBudgetWarning OK',
      'PatchBudgetSpent OK',
    ]);
  });
});

test('NothingMeasured: four hours after the schedule was disabled, and housekeeping that is run by hand heals it', async () => {
  await onCall(async ({ alarms, hoursUntil, mail, world }) => {
    const begun = world.clock.now();
    const { account } = world;
    const schedule = account
      .living('AWS::Scheduler::Schedule')
      .find(({ reference }) => reference.includes('2022-core-housekeeping'))!;
    Object.assign(schedule.properties, { State: 'DISABLED' });
    const hours = await hoursUntil('NothingMeasured', 'ALARM');
    expect(hours).toBeGreaterThan(3.7);
    expect(hours).toBeLessThan(4.1);
    await world.clock.pass(60);
    expect(mail()).toEqual(['ALARM: "winbake-2022-core-NothingMeasured"']);
    const FunctionName = 'winbake-2022-core-housekeeping';
    await account.as(account.administrator, () =>
      new LambdaClient().send(new InvokeCommand({ FunctionName })),
    );
    expect(await hoursUntil('NothingMeasured', 'OK')).toBeLessThan(0.1);
    await world.clock.pass(60);
    expect(mail()).toEqual(['OK: "winbake-2022-core-NothingMeasured"']);
    expect(ringing(alarms, begun)).toEqual(['NothingMeasured ALARM', 'NothingMeasured OK']);
  });
});

test('RebakeFailed: where the gate can say why it does; where it cannot the alarm does, and a rebake heals it', async () => {
  await onCall(async ({ alarms, hoursUntil, mail, put, world, winbake }) => {
    const begun = world.clock.now();
    const order = await put('bakes/current.json', '{}');
    await world.clock.pass(5 * 3600);
    expect(world.ends.at(-1)).toMatch(/^FAILED BakeFailed /);
    expect(mail()).toEqual(['Winbake 2022-core: a bake failed']);
    expect(ringing(alarms, begun)).toEqual([]);
    await put('bakes/current.json', order);
    await winbake('pipeline', 'rebake', '2022-core', ...WHY);
    await world.clock.pass(3600);
    expect(mail()).toEqual(['Winbake 2022-core: decides again']);
    const notices = await put('notices.json', '{}');
    expect(await hoursUntil('RebakeFailed', 'ALARM')).toBeLessThan(4.5);
    await world.clock.pass(60);
    expect(world.ends.at(-1)).toMatch(/^FAILED FailedWithoutCause /);
    expect(mail()).toEqual(['ALARM: "winbake-2022-core-RebakeFailed"']);
    await put('notices.json', notices);
    await winbake('pipeline', 'rebake', '2022-core', ...WHY);
    expect(await hoursUntil('RebakeFailed', 'OK')).toBeLessThanOrEqual(0.3);
    await world.clock.pass(3600);
    expect(world.ends.at(-1)).toBe('SUCCEEDED NothingToDo');
    expect(mail()).toEqual(['OK: "winbake-2022-core-RebakeFailed"']);
  });
});

test('DeadLetterQueue, FunctionErrors: housekeeping that cannot read its memory says so at once', async () => {
  await onCall(async ({ alarms, hoursUntil, mail, put, world }) => {
    const begun = world.clock.now();
    const memory = await put('publications/housekeeping.json', '{}');
    // At the next poll, which Lambda tries three times.
    expect(await hoursUntil('DeadLetterQueue', 'ALARM')).toBeLessThan(0.4);
    expect(await hoursUntil('FunctionErrors', 'ALARM')).toBeLessThan(1);
    await world.clock.pass(3 * 3600);
    expect(mail()).toEqual(['Winbake 2022-core: housekeeping cannot read what it remembers']);
    await put('publications/housekeeping.json', memory);
    world.deadLetters.clear();
    expect(await hoursUntil('DeadLetterQueue', 'OK')).toBeLessThan(0.3);
    expect(await hoursUntil('FunctionErrors', 'OK')).toBeLessThan(0.3);
    await world.clock.pass(900);
    expect(mail()).toEqual(['Winbake 2022-core: housekeeping reads again what it remembers']);
    expect(ringing(alarms, begun).toSorted()).toEqual(
      ['DeadLetterQueue', 'FunctionErrors'].flatMap((name) => [`${name} ALARM`, `${name} OK`]),
    );
  });
});
