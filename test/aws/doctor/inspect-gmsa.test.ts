import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { IAMClient } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { inspectGmsa } from '../../../lib/aws/doctor/inspect-gmsa';
import { checkGmsa } from '../../../lib/core/doctor/check-fleets';
import type { RoleGrants } from '../../../sim/account/principal';
import { SimulatedAutoScaling } from '../../../sim/account/services/auto-scaling';
import { fleetOperations, SimulatedEc2 } from '../../../sim/account/services/ec2';
import { SimulatedEcs } from '../../../sim/account/services/ecs';
import { SimulatedFleets } from '../../../sim/account/services/fleets';
import { SimulatedIam } from '../../../sim/account/services/iam';
import { SimulatedSecretsManager } from '../../../sim/account/services/accounts-of-stacks';
import { GOOD_AMI } from '../../../sim/aws/fleet/ami-behaviour';
import { SimulatedLaunchTemplate } from '../../../sim/aws/fleet/launch-template';
import { SimulatedFleet } from '../../../sim/aws/fleet/simulated-fleet';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { healthyPipeline } from '../../support/healthy-pipeline';
import { ACCOUNT, allow, PLACE, REGION, role, startLab } from '../../support/simulated-accounts-lab';

const EXECUTION = `arn:aws:iam::${ACCOUNT}:role/web-execution`;
const INSTANCES = `arn:aws:iam::${ACCOUNT}:role/hosts`;
const SPEC = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/web/spec`;
const OBJECT = 'arn:aws:s3:::specs/web.json';
const USER = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:web/user-AbCdEf`;
const PARAMETER_USER = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/web/user`;
const TASK = `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/web:1`;
const GUID = '{859E1386-BDB4-49E8-85C7-3070B13920E1}';
const PASSWORD = 'Test123!';
const CREDENTIALS = JSON.stringify({ username: 'web', password: PASSWORD, domainName: 'contoso.com' });

/** A credential spec whose plugin has that input. */
function specWith(PluginInput: unknown, PluginGUID = GUID): string {
  const HostAccountConfig = { PortableCcgVersion: '1', PluginGUID, PluginInput };
  return JSON.stringify({ CmsPlugins: ['ActiveDirectory'], ActiveDirectoryConfig: { HostAccountConfig } });
}

const GOOD_SPEC = specWith({ CredentialArn: USER });
const READS_BOTH = [
  allow('ssm:GetParameters', SPEC),
  allow('s3:GetObject', OBJECT),
  allow('secretsmanager:GetSecretValue', USER),
  allow('ssm:GetParameter', PARAMETER_USER),
];

interface Deployed {
  readonly variables?: string;
  readonly spec?: string | null;
  readonly user?: string | null;
  readonly execution?: readonly ReturnType<typeof allow>[];
  readonly instances?: readonly ReturnType<typeof allow>[];
  readonly location?: string;
  readonly providers?: readonly string[];
  readonly caller?: readonly ReturnType<typeof allow>[];
}

let lab: ReturnType<typeof startLab>;

afterEach(() => {
  lab.end();
});

/** What the doctor says of a fleet with a service whose tasks join a domain, as it is deployed. */
async function examined({
  caller = [allow('*')],
  execution = READS_BOTH,
  instances = [],
  location = `credentialspecdomainless:${SPEC}`,
  providers = ['hosts'],
  spec = GOOD_SPEC,
  user = CREDENTIALS,
  variables = " -Variable @{ 'ECS_GMSA_SUPPORTED' = 'true' }",
}: Deployed = {}) {
  const fleets = new SimulatedFleets();
  const secrets = new SimulatedSecretsManager();
  const roles: Readonly<Record<string, RoleGrants>> = {
    [EXECUTION]: role(execution),
    [INSTANCES]: role(instances),
  };
  lab = startLab({
    more: [
      new SimulatedAutoScaling(fleets, () => ({ owner: ACCOUNT })),
      new SimulatedEc2(fleetOperations(fleets)),
      new SimulatedEcs(fleets),
      new SimulatedIam((arn) => roles[arn], new Map([['hosts-profile', INSTANCES]])),
      secrets,
    ],
  });
  const template = new SimulatedLaunchTemplate({ id: 'lt-1', instanceProfile: 'hosts-profile' });
  const script = `Start-ContainerHost -Cluster 'intranet'${variables}`;
  template.add({ amiId: 'ami-1', userData: Buffer.from(script).toString('base64') }, lab.clock.now);
  fleets.add(
    new SimulatedFleet({
      groupName: 'winbake-intranet',
      cluster: 'intranet',
      instanceCount: 1,
      template,
      behaviourOf: () => GOOD_AMI,
      clock: new VirtualClock(lab.clock.now),
      environment: PLACE,
      tags: { 'winbake:fleet': 'intranet' },
    }),
  );
  const { clusters } = fleets;
  for (const [name, groupName] of [
    ['hosts', 'winbake-intranet'],
    ['others', 'others'],
  ] as const) {
    clusters.addProvider(PLACE, name, { tags: {}, activeAt: new Date(0), groupName });
  }
  const cluster = clusters.add(PLACE, 'intranet');
  cluster.put({ capacityProviders: ['hosts', 'others'] }, clusters.providersAt(PLACE), lab.clock.now);
  cluster.serve('web', providers, TASK);
  for (let index = 0; index < 11; index += 1) {
    cluster.serve(`other-${index}`, ['hosts'], `${TASK}0`);
  }
  clusters.taskDefinitionsAt(PLACE).set(TASK, {
    taskDefinitionArn: TASK,
    executionRoleArn: EXECUTION,
    containerDefinitions: [{ name: 'web', image: 'contoso/web:1', credentialSpecs: [location] }],
  });
  clusters
    .taskDefinitionsAt(PLACE)
    .set(`${TASK}0`, { taskDefinitionArn: `${TASK}0`, containerDefinitions: [] });
  lab.s3.createBucket({ name: 'specs', ...PLACE }, lab.clock.now);
  const clients = {
    autoScaling: new AutoScalingClient(),
    ec2: new EC2Client(),
    ecs: new ECSClient(),
    iam: new IAMClient(),
    s3: new S3Client(),
    secrets: new SecretsManagerClient(),
    ssm: new SSMClient(),
  };
  await lab.as([allow('*')], async () => {
    if (spec !== null) {
      await clients.ssm.send(new PutParameterCommand({ Name: '/web/spec', Value: spec, Type: 'String' }));
      await clients.s3.send(new PutObjectCommand({ Bucket: 'specs', Key: 'web.json', Body: spec }));
    }
    if (user !== null) {
      await clients.ssm.send(new PutParameterCommand({ Name: '/web/user', Value: user, Type: 'String' }));
    }
  });
  if (user !== null) {
    secrets.put(USER, user);
  }
  const ports = healthyPipeline({ inspector: inspectGmsa(clients) });
  const results = await lab.as(caller, () => checkGmsa(ports));
  expect(JSON.stringify(results)).not.toContain(PASSWORD);
  return results.map(({ check, detail, verdict }) => [
    check.replace('gMSA of intranet/web, ', ''),
    verdict,
    detail,
  ]);
}

const HOSTS = ['hosts', 'ok', 'the agent of winbake-intranet starts with ECS_GMSA_SUPPORTED'];
const SPEC_READ = ['credential spec', 'ok', `${SPEC} is there, and role/web-execution may read it`];
const USER_READ = ['user', 'ok', `${USER} is there, and role/web-execution may read it`];

test.each<[string, Deployed, readonly (readonly string[])[]]>([
  ['all is there', {}, [HOSTS, SPEC_READ, USER_READ]],
  [
    "the spec in a bucket, and the plugin's input as a text",
    {
      location: `credentialspecdomainless:${OBJECT}`,
      spec: specWith(JSON.stringify({ credentialArn: PARAMETER_USER })),
    },
    [
      HOSTS,
      ['credential spec', 'ok', `${OBJECT} is there, and role/web-execution may read it`],
      ['user', 'ok', `${PARAMETER_USER} is there, and role/web-execution may read it`],
    ],
  ],
  [
    'the role of the instances reads the user',
    {
      execution: [allow('ssm:GetParameters', SPEC)],
      instances: [allow('secretsmanager:GetSecretValue', USER)],
    },
    [HOSTS, SPEC_READ, ['user', 'ok', `${USER} is there, and role/hosts may read it`]],
  ],
  [
    'an agent that starts without the variable',
    { variables: '' },
    [
      [
        'hosts',
        'no',
        'the agent of winbake-intranet starts without ECS_GMSA_SUPPORTED, so that ECS places none of its tasks there',
      ],
      SPEC_READ,
      USER_READ,
    ],
  ],
  [
    'an agent that starts with it off',
    { variables: " -Variable @{ 'ECS_GMSA_SUPPORTED' = 'false' }" },
    [['hosts', 'no', expect.stringContaining('without') as string], SPEC_READ, USER_READ],
  ],
  ['no spec', { spec: null }, [HOSTS, ['credential spec', 'no', `${SPEC} does not exist`]]],
  [
    'no spec in the bucket',
    { spec: null, location: `credentialspecdomainless:${OBJECT}` },
    [HOSTS, ['credential spec', 'no', `${OBJECT} does not exist`]],
  ],
  ...['{}', 'no JSON', specWith({}), specWith({ CredentialArn: USER }, '{0}')].map(
    (spec): [string, Deployed, readonly (readonly string[])[]] => [
      `a spec that names no user: ${spec}`,
      { spec },
      [
        HOSTS,
        [
          'credential spec',
          'no',
          expect.stringMatching(/^\S+ names no user by "HostAccountConfig"/) as string,
        ],
      ],
    ],
  ),
  [
    'an execution role that may not read the spec',
    { execution: [allow('secretsmanager:GetSecretValue', USER)] },
    [HOSTS, ['credential spec', 'no', `the task's execution role may not read ${SPEC}`], USER_READ],
  ],
  ['no user', { user: null }, [HOSTS, SPEC_READ, ['user', 'no', `${USER} does not exist, or holds nothing`]]],
  [
    'a user with other keys',
    { user: JSON.stringify({ Username: 'web', password: PASSWORD, domainName: '' }) },
    [HOSTS, SPEC_READ, ['user', 'no', `${USER} has no text at "username", "domainName"`]],
  ],
  [
    'nobody may read the user',
    { execution: [allow('ssm:GetParameters', SPEC)] },
    [
      HOSTS,
      SPEC_READ,
      ['user', 'no', `neither the task's execution role nor the instances' role may read ${USER}`],
    ],
  ],
  [
    'a person who may not read secrets',
    { caller: [allow('*'), { ...allow('secretsmanager:*'), Effect: 'Deny' }] },
    [
      HOSTS,
      SPEC_READ,
      [
        'user',
        'unknown',
        expect.stringMatching(/could not be looked at: .* is not authorized to perform/) as string,
      ],
    ],
  ],
  ['a spec for hosts that are in the domain', { location: `credentialspec:${SPEC}` }, []],
  ['a service on other hosts', { providers: ['others'] }, []],
  ['a service without a strategy', { providers: [] }, [HOSTS, SPEC_READ, USER_READ]],
])('%s', async (_name, deployed, lines) => {
  expect(await examined(deployed)).toEqual(lines);
});
