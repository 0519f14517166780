import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SIGNS } from '../../../lib/core/prove/prove';
import { TRIAL_SIGNS } from '../../../lib/core/prove/prove';
import { proveCommand, type ProveClaims } from '../../../bin/pipeline/prove';
import { exitCodeOf } from '../../../bin/shared/exit-code';
import { UsageError } from '../../../lib/contract/values/errors';
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
import {
  changed,
  PLACE,
  provenDeployment,
  type AwsValue,
  type ProvenDeployment,
} from '../../support/proven-deployment';
import { clientClass, commandClass } from '../../support/sdk-clients';

let deployment: ProvenDeployment;
let cases: Readonly<Record<string, ClaimCase>>;

beforeAll(async () => {
  deployment = await provenDeployment();
  cases = { ...BAKE_CLAIM_CASES, ...fleetClaimCases(deployment) };
}, 240_000);

afterAll(() => deployment.end());

/** What a deployment shows without a trial. */
const SHOWN = Object.keys(SIGNS).filter((id) => !(id in TRIAL_SIGNS));

test('each claim that is settled by itself has its cases', () => {
  expect(Object.keys(cases).sort()).toEqual([...SHOWN].sort());
});

describe.each(SHOWN)('%s', (id) => {
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

/** These proofs read alone. */
const NO_TRIALS = {
  open: () => {
    throw new Error('A trial was opened.');
  },
  ask: () => Promise.resolve(false),
};

/** Runs the command itself on the deployment. */
async function command(
  args: readonly string[],
  {
    columns,
    prove = (_options, claims) => deployment.run({}, claims),
  }: { columns?: number; prove?: ProveClaims } = {},
) {
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
    prove,
    NO_TRIALS,
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
  const { exitCode, stdout } = await command([], { columns: 80 });
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
  const { transcript: made } = await deployment.run({
    'ecs.DescribeTasks': changed(({ tasks }) => {
      tasks.forEach((one: AwsValue) => {
        one.stoppedReason = 'CannotPullContainerError: pull from contoso-shop failed for Contoso';
      });
    }),
    'imagebuilder.GetImage': changed(({ image }) => {
      Object.assign(image.state, { reason: `arn:aws:iam::999999999999:role/Contoso failed ${secret}` });
      Object.assign(image.tags, { owner: SECRETS[4] });
    }),
  });
  const transcript = made();
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
  expect(transcript).toContain('"stoppedReason": "CannotPullContainerError"');
  expect(transcript).not.toMatch(/contoso/i);

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

describe('--record', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'winbake-transcript-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('a transcript is written once, and never over another file', async () => {
    const file = join(folder, 'proof.json');
    await command(['--record', file]);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('winbake.transcript/1');
    await expect(command(['--record', file])).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test.each([
    ['that is there', () => __filename, 'is there already'],
    ['in no folder', () => join(folder, 'none', 'proof.json'), 'cannot be written: ENOENT'],
    ['below a file', () => join(__filename, 'proof.json'), 'cannot be written: ENOTDIR'],
  ])('a file %s is refused before AWS is asked', async (_what, file, message) => {
    const calls: string[] = [];
    const refused = command(['--record', file()], {
      prove: (options, claims) => {
        calls.push(options.pipeline);
        return deployment.run({}, claims);
      },
    });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect(exitCodeOf(error)).toBe(2);
    expect(calls).toEqual([]);
  });

  test('without it no transcript is made', async () => {
    const prove: ProveClaims = async (_options, claims) => ({
      ...(await deployment.run({}, claims)),
      transcript: () => {
        throw new Error('A transcript was made.');
      },
    });
    await expect(command([], { prove })).resolves.toMatchObject({ exitCode: 3 });
  });
});

test('what comes of a claim that fails, and --details its whole evidence', async () => {
  const long = `The step failed. ${'It says a lot of it. '.repeat(20)}`;
  const prove: ProveClaims = (_options, claims) =>
    deployment.run(
      {
        'imagebuilder.ListWorkflowStepExecutions': changed(({ steps }) => {
          steps.forEach((one: AwsValue) => {
            one.message = long;
          });
        }),
      },
      claims,
    );
  const [short, whole] = await Promise.all([command([], { prove }), command(['--details'], { prove })]);
  expect(short.stdout).toContain('  Consequence: ');
  expect(short.stdout).toMatch(/It says .*\.\.\.$/m);
  expect(whole.stdout).not.toMatch(/\.\.\.$/m);
  expect(whole.stdout.match(/It says a lot of it\./g)?.length).toBeGreaterThanOrEqual(20);
  expect(whole.stdout).toContain('domain-joins-before-the-agent');
  expect(short.stdout).not.toContain('domain-joins-before-the-agent');
});

test('how soon hosts were there is what the rollouts have measured', async () => {
  const { proof } = await deployment.run(
    {
      'ssm.GetParameter': async (input, simulated) => {
        const name = String(input['Name']);
        if (!name.endsWith('/log/starts')) {
          return simulated();
        }
        const start = {
          ...{ instance: 'i-1', publication: '20348.3932-1', launched: '2025-07-11T00:00:00Z' },
          ...{ again: false, up: 60, registered: 90, pull: null, firstTask: 120 },
        };
        const [, fleet] = /fleets\/([^/]+)\//.exec(name) ?? [];
        const document = { schema: 'winbake.host-starts/1', fleet, starts: [start] };
        return { Parameter: { Name: name, Type: 'String', Value: JSON.stringify(document), Version: 1 } };
      },
    },
    [],
  );
  expect(proof.starts.length).toBeGreaterThan(0);
  expect(proof.starts[0]).toMatchObject({
    fleet: expect.any(String) as string,
    starts: [{ publication: '20348.3932-1', registered: { p50: 90 }, firstTask: { starts: 1, p50: 120 } }],
  });
});

test('the help does not promise more of a transcript than is done', () => {
  const help = proveCommand(
    { out: () => undefined, err: () => undefined },
    () => undefined,
    () => {
      throw new Error('It only helps.');
    },
    NO_TRIALS,
  )
    .helpInformation()
    .replaceAll(/\s+/g, ' ');
  expect(help).not.toContain('without ids, names and secrets');
  expect(help).toContain('read it before you give it away');
});
