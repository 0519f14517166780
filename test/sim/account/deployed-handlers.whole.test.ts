import { readAssembly } from '../../../sim/aws/cloudformation/assembly';
import { StackModel } from '../../../sim/aws/cloudformation/stack-model';
import { accountsOfStacks } from '../../../sim/account/services/accounts-of-stacks';
import { functionsOf } from '../../../sim/rehearsal/template-functions';
import { providedFunction } from '../../../sim/rehearsal/deploy-pipeline';
import { create as createSeed, type SeedEvent } from '../../../lib/handlers/seed';
import { assembly, changedAssembly, removeAction } from '../../support/assembly';

const AMI = 'ami-00000000000000001';
const NOW = new Date('2026-10-13T17:00:00Z');

let end: (() => void) | undefined;

afterEach(() => {
  end?.();
});

/** The stacks of an assembly in simulated accounts, with the base AMI that AWS publishes. */
function deploy(folder: string) {
  const stacks: StackModel[] = [];
  for (const stack of readAssembly(folder)) {
    stacks.push(
      new StackModel(
        stack,
        () => undefined,
        () => stacks,
      ),
    );
  }
  const deployed = accountsOfStacks({ stacks, now: () => NOW });
  end = deployed.accounts.install();
  const pipeline = stacks.find((stack) => stack.logicalIds('Custom::WinbakeSeed').length > 0)!;
  const [seed] = pipeline.resources('Custom::WinbakeSeed');
  const { baseAmiParameter } = seed!.properties as { baseAmiParameter: string };
  deployed.ec2.images.create(
    { account: 'amazon', region: pipeline.environment.region },
    {
      id: AMI,
      name: 'Windows_Server-2022-English-Core-ECS_Optimized',
      createdAt: NOW,
      isPublic: true,
      sharedWith: [],
      snapshotIds: [],
      tags: {},
    },
  );
  deployed.ssm.publish(pipeline.environment, baseAmiParameter, AMI, NOW);
  const { functionArn } = providedFunction(pipeline, String(seed!.properties['ServiceToken']));
  return {
    ...deployed,
    stacks,
    pipeline,
    seed: functionsOf(pipeline).find(({ arn }) => arn === functionArn)!,
    request: seed!.properties,
  };
}

/** Runs the seed function as Lambda would: with its variables and its role. */
async function runSeed({ accounts, pipeline, request, seed, sessionFor }: ReturnType<typeof deploy>) {
  const session = sessionFor(seed.roleArn, seed.arn.split(':').at(-1) ?? '', 'lambda.amazonaws.com');
  const runtime = { now: () => NOW, sleep: () => Promise.resolve(), write: () => undefined };
  const event = { RequestType: 'Create', RequestId: 'r1', ResourceProperties: request };
  await accounts.as(session, pipeline.environment.region, () =>
    createSeed(seed.environment, runtime)(event as unknown as SeedEvent),
  );
}

test('the seed function that is deployed seeds, with its own clients and its own role', async () => {
  const deployed = deploy(await assembly());
  await runSeed(deployed);
  const { parameterPath } = deployed.request as { parameterPath: string };
  const { environment } = deployed.pipeline;
  expect(deployed.ssm.read(environment, `${parameterPath}/latest/ami-id`, NOW)).toBe(AMI);
  expect(deployed.states.all).toMatchObject([{ name: 'deploy-r1', status: 'RUNNING' }]);
  expect(deployed.accounts.ledger.counts.page).toBeGreaterThan(5);
});

test.each(['ssm:PutParameter', 'ssm:GetParameter', 'states:StartExecution', 'ec2:DescribeImages'])(
  'without %s it is denied by name',
  async (action) => {
    const folder = changedAssembly(await assembly(), ({ pipeline }) => {
      removeAction(pipeline, 'SeedHandler', action);
    });
    const deployed = deploy(folder);
    await expect(runSeed(deployed)).rejects.toThrow(`is not authorized to perform: ${action}`);
  },
);
