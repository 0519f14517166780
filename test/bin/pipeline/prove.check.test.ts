import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SIGNS } from '../../../lib/core/prove/prove';
import { proveCommand } from '../../../bin/pipeline/prove';
import { Sessions, userOf } from '../../../sim/account/principal';
import { SimulatedEc2 } from '../../../sim/account/services/ec2';
import { SimulatedAutoScaling } from '../../../sim/account/services/auto-scaling';
import { SimulatedEcs } from '../../../sim/account/services/ecs';
import { SimulatedFleets } from '../../../sim/account/services/fleets';
import { SimulatedAccounts } from '../../../sim/account/simulated-accounts';
import { readTranscript, Transcripts } from '../../../sim/account/transcript';
import { BAKE_CLAIM_CASES } from '../../support/bake-claim-cases';
import type { ClaimCase } from '../../support/claim-case';
import { fleetClaimCases } from '../../support/fleet-claim-cases';
import { changed, PLACE, provenDeployment, type ProvenDeployment } from '../../support/proven-deployment';
import { clientClass, commandClass } from '../../support/sdk-clients';

let deployment: ProvenDeployment;
let cases: Readonly<Record<string, ClaimCase>>;

beforeAll(async () => {
  deployment = await provenDeployment();
  cases = { ...BAKE_CLAIM_CASES, ...fleetClaimCases(deployment) };
}, 240_000);

afterAll(() => deployment.end());

test('each claim that is settled by itself has its cases', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(SIGNS).sort());
});

describe.each(Object.keys(SIGNS))('%s', (id) => {
  test('holds by evidence that is there', async () => {
    const settled = await deployment.settle(id, cases[id]!.holds);
    expect(settled).toMatchObject({ id, verdict: 'holds' });
    expect(settled.evidence.length).toBeGreaterThan(0);
  });

  test('fails where AWS shows it to be false', async () => {
    const settled = await deployment.settle(id, cases[id]!.fails);
    expect(settled).toMatchObject({ id, verdict: 'fails' });
    expect(settled.evidence.length).toBeGreaterThan(0);
  });

  test('is not seen where its evidence is withheld', async () => {
    expect(await deployment.settle(id, cases[id]!.withheld)).toMatchObject({
      ...{ id, verdict: 'notSeen', evidence: [] },
      reason: expect.stringMatching(/\w/) as string,
    });
  });
});

/** Runs the command itself on the deployment. */
async function command(args: readonly string[], columns?: number) {
  let stdout = '';
  let exitCode = 0;
  const terminal = {
    out: (text: string) => {
      stdout += text;
    },
    err: () => undefined,
    ...(columns === undefined ? {} : { columns }),
  };
  await proveCommand(
    terminal,
    (code) => {
      exitCode = code;
    },
    (_options, claims) => deployment.run({}, claims),
  ).parseAsync(['web', ...args], { from: 'user' });
  return { stdout, exitCode };
}

test.each([
  [0, 'execution-policy-is-enough'],
  [1, 'domain-joins-before-the-agent'],
  [3, 'steps-say-why-they-failed'],
])('the command ends with %s for %s', async (exitCode, id) => {
  expect(await command(['--claim', id, '--json'])).toMatchObject({ exitCode });
});

test('the answer comes first, fits 80 columns and names the next step', async () => {
  const { exitCode, stdout } = await command([], 80);
  expect(exitCode).toBe(3);
  const lines = stdout.split('\n');
  expect(lines[1]).toMatch(/^\d+ do not hold, \d+ hold, \d+ not seen\.$/);
  expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
  expect(stdout.indexOf('DOES NOT HOLD')).toBeLessThan(stdout.indexOf('\nHOLDS'));
  expect(stdout).toContain('  Next: ');
});

const SECRETS = [
  'ann@example.com',
  'hunter2-hunter2',
  '10.1.2.3',
  'https://internal.example.com/x',
  'Contoso',
];

test('a transcript names nobody, and simulated accounts answer from it as recorded', async () => {
  const secret = `by ${SECRETS[0]!} password=${SECRETS[1]!} at ${SECRETS[2]!}, see ${SECRETS[3]!}`;
  const { transcript } = await deployment.run({
    'imagebuilder.GetImage': changed(({ image }) => {
      Object.assign(image.state, { reason: `arn:aws:iam::999999999999:role/Contoso failed ${secret}` });
      Object.assign(image.tags, { owner: SECRETS[4] });
    }),
  });
  const ids = deployment.world.fleets.flatMap(({ deployed: { fleet } }) =>
    fleet.group.instances.map(({ id }) => id),
  );
  const named = [
    ...SECRETS,
    ...ids,
    'platform-pipelinebucket',
    PLACE.account,
    PLACE.region,
    '999999999999',
    '222222222222',
  ];
  expect(ids.length).toBeGreaterThan(0);
  expect(named.filter((name) => transcript.includes(name))).toEqual([]);
  expect(transcript).not.toMatch(/winbake-web|canary/);

  const calls = readTranscript(transcript, 'proof.json');
  expect(new Set(calls.map(({ service }) => service)).size).toBeGreaterThanOrEqual(4);
  const fleets = new SimulatedFleets();
  const answered = ['auto-scaling', 'ec2', 'ecs'];
  const accounts = new SimulatedAccounts({
    services: [new SimulatedAutoScaling(fleets), new SimulatedEc2(), new SimulatedEcs(fleets)],
    sessions: new Sessions(),
    now: () => new Date(),
    transcripts: new Transcripts(calls),
  });
  const end = accounts.install();
  try {
    const other = userOf('123456789012', 'reader', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    for (const { input, operation, service } of calls.filter((one) => answered.includes(one.service))) {
      const filled = JSON.parse(
        JSON.stringify(input).replaceAll('${account}', '123456789012').replaceAll('${region}', 'us-east-1'),
      ) as object;
      await accounts.as(other, 'us-east-1', async () => {
        const client = new (clientClass(service))({});
        await client.send(new (commandClass(service, operation))(filled as never)).catch(() => undefined);
      });
    }
  } finally {
    end();
  }
  const { assumed, deployed, model, page, recorded } = accounts.ledger.counts;
  expect({ assumed, deployed, model, page }).toEqual({ assumed: 0, deployed: 0, model: 0, page: 0 });
  expect(recorded).toBe(calls.filter((one) => answered.includes(one.service)).length);
});

test('a transcript is written once, and never over another file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-transcript-'));
  const file = join(folder, 'proof.json');
  try {
    await command(['--record', file]);
    const text = readFileSync(file, 'utf8');
    await expect(command(['--record', file])).rejects.toThrow('it is there already');
    expect(readFileSync(file, 'utf8')).toBe(text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
