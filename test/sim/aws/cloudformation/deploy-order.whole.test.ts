import { readAssembly, type AssemblyStack } from '../../../../sim/aws/cloudformation/read-assembly';
import { SimulatedCloudFormation } from '../../../support/cloudformation/simulated-cloudformation';
import { assembly } from '../../../support/assembly';
import { cloning } from '../../../support/cloning';
import { memoryParameters, type MemoryParameters } from '../../../support/memory-ports';
import { seeding } from '../../../support/seeding';

const PATH = '/winbake/2022-core';
const BASE_AMI = '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id';
const BASE = 'ami-0123456789abcdef0';
const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';
const BAKED = 'ami-0fedcba9876543210';

let stacks: readonly AssemblyStack[];
beforeAll(async () => {
  stacks = readAssembly(await assembly());
}, 120_000);

/** An account in which stacks are deployed as CloudFormation would, and in which the seed is the handler's own. */
function account(parameters: MemoryParameters = memoryParameters({ [BASE_AMI]: BASE, [BOOTSTRAP]: '30' })) {
  const formation = new SimulatedCloudFormation({
    readParameter: (name) => parameters.values.get(name),
    handlers: {
      'Custom::WinbakeSeed': seeding(parameters),
      'Custom::WinbakeLaunchTemplate': cloning(parameters, `${PATH}/current/publication`),
    },
  });
  const [platform, fleet] = ['WinbakePipeline', 'WinbakeFleet'].map((name) => {
    const stack = stacks.find((one) => one.name === name)!;
    return () => formation.deploy(name, stack.template);
  });
  return { formation, parameters, platform: platform!, fleet: fleet! };
}

/** The AMI that instances of the fleet start from: here the number of a launch template's version is its AMI. */
function amiOfFleet(formation: SimulatedCloudFormation): unknown {
  const { template } = stacks.find((one) => one.name === 'WinbakeFleet')!;
  const [group = ''] = Object.keys(template.Resources).filter(
    (logicalId) => template.Resources[logicalId]?.Type === 'AWS::AutoScaling::AutoScalingGroup',
  );
  const deployed = formation.resource('WinbakeFleet', group)?.properties['LaunchTemplate'];
  return (deployed as { readonly Version?: string } | undefined)?.Version;
}

test('the stacks are deployed in the order in which parameters are written and read', async () => {
  expect(stacks.map(({ name }) => name)).toEqual(['WinbakePipeline', 'WinbakeFleet']);
  const { fleet, formation, parameters, platform } = account();
  await platform();
  expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({ amiId: BASE, mode: 'unbaked' });
  await fleet();
  expect(amiOfFleet(formation)).toBe(BASE);
});

test('a fleet before its pipeline fails in one sentence, and all that is left is the log of its network', async () => {
  const { fleet, formation } = account();
  await expect(fleet()).rejects.toThrow(
    `The parameter ${PATH}/current/publication does not exist; deploy the pipeline first`,
  );
  // CloudFormation retains what a failed creation has made of it, which is CDK's own policy for flow logs.
  expect([...formation.living].map(({ logicalId }) => logicalId)).toEqual([
    expect.stringMatching(/^VpcAllLogGroup/),
  ]);
});

test.each([
  ['right', ['WinbakeFleet', 'WinbakePipeline']],
  ['wrong', ['WinbakePipeline', 'WinbakeFleet']],
])('deleted in the %s order, nothing that runs loses its AMI or its key', async (_name, order) => {
  const { fleet, formation, parameters, platform } = account();
  await platform();
  await fleet();
  await parameters.put(`${PATH}/current/ami-id`, BAKED, 'aws:ec2:image');
  const values = new Map(parameters.values);
  formation.events.splice(0);
  for (const stack of order) {
    await formation.delete(stack);
  }
  expect(parameters.values).toEqual(values);
  const deleted = formation.events.filter(({ action }) => action === 'delete').map(({ type }) => type);
  // AMIs and snapshots are no resources of a stack; a key that encrypts them must stay.
  expect(deleted).not.toContain('AWS::S3::Bucket');
  const kept = formation.events.filter(({ action }) => action === 'retain').map(({ type }) => type);
  expect(kept).toContain('AWS::S3::Bucket');
});

test('a second deployment under the same name adopts what the first published', async () => {
  const { fleet, formation, parameters, platform } = account();
  await platform();
  const published = { id: '20348.4294-1', amiId: BAKED, osVersion: '10.0.20348.4294', mode: 'exact' };
  const channel = JSON.stringify({ ...published, at: '2025-10-14T22:31:00.000Z' });
  await parameters.put(`${PATH}/current/publication`, channel, 'text');
  await parameters.put(`${PATH}/current/ami-id`, BAKED, 'aws:ec2:image');
  await formation.delete('WinbakePipeline');
  await platform();
  expect(parameters.values.get(`${PATH}/current/publication`)).toBe(channel);
  await fleet();
  expect(amiOfFleet(formation)).toBe(BAKED);
});

test('a deployment while a bake runs changes no resource that the bake works with', async () => {
  const { formation, platform } = account();
  await platform();
  formation.events.splice(0);
  await platform();
  expect(formation.events).toEqual([]);
});

test('in one stack with its pipeline nothing orders a fleet after the seed; synth warns of it', async () => {
  const [pipeline, fleet] = stacks.map(({ template }) => template);
  const { formation } = account();
  const both = {
    Resources: { ...fleet!.Resources, ...pipeline!.Resources },
    Parameters: { ...pipeline!.Parameters, ...fleet!.Parameters },
  };
  await expect(formation.deploy('One', both)).rejects.toThrow('deploy the pipeline first');
});
