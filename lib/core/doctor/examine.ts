import { DEFAULT_GATE_POLICY, MOST_ATTEMPTS, RETRY_SECONDS } from '../../contract/values/gate-policy';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { isBaking, readLease } from '../bake/lease';
import { readLastDecision } from '../gate/last-decision';
import { readHousekeepingMemory } from '../housekeeping/memory';
import { BAKE_LIMIT_SECONDS } from '../image-builder/workflows';
import type { DocumentStore } from '../ports/stores';
import { checkAccounts, checkParameters, checkKeys, checkRoles, functionNameOf } from './check-deployed';
import {
  checkFastLaunch,
  checkFleetAmis,
  checkFleetEgress,
  checkGmsa,
  checkServiceLinkedRoles,
  type ExaminedFleet,
} from './check-fleets';
import { checkBuildQuota, checkEc2Quotas, checkVolumeQuota } from './check-quotas';
import {
  fine,
  type Check,
  type CheckResult,
  type DoctorPorts,
  type FleetInspector,
  unsure,
  wrong,
} from './pipeline-inspector';

/** What a build instance calls; the S3 endpoint is free and of the gateway kind. */
export const BUILD_SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 's3', 'imagebuilder'] as const;

/** Whether registry and services answer this computer, which is not where builds run. */
export const checkEgressFromHere: Check = async (ports, description) => {
  const decide = await ports.inspector.functionOf(functionNameOf(description, 'decide'));
  const registry = decide?.environment['WINBAKE_REGISTRY'];
  const services = ['ssm', 's3', 'imagebuilder'].map(
    (service) => [service, `https://${service}.${description.region}.${suffix(description)}/`] as const,
  );
  const places = [
    ...(registry === undefined ? [] : [['registry', `${registry.replace(/\/$/, '')}/v2/`] as const]),
    ...services,
  ];
  return Promise.all(places.map(([name, url]) => asked(ports, name, url)));
};

async function asked({ reach }: DoctorPorts, name: string, url: string): Promise<CheckResult> {
  const check = `egress ${name}, from here`;
  try {
    return fine(check, `${url} answers ${await reach.status(url)} to this computer`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unsure(
      check,
      `${url} does not answer this computer: ${why}`,
      'Try from a network that reaches it.',
    );
  }
}

/** Whether the subnet of builds has a way out, by its routes and endpoints: that is not the same as trying it there. */
export const checkEgressOfBuilds: Check = async ({ inspector }, { imagePipelineArn, region }) => {
  const check = 'egress of builds, by routes';
  const pipeline = imagePipelineArn === null ? undefined : await inspector.imagePipeline(imagePipelineArn);
  const network = await inspector.networkOf(pipeline?.subnetId);
  if (network === undefined) {
    const detail =
      pipeline?.subnetId === undefined
        ? `${region} has no default VPC`
        : `the subnet ${pipeline.subnetId} does not exist`;
    return [wrong(check, detail, 'Name a VPC in the pipeline, with a way out.')];
  }
  const { defaultRoute, endpoints, subnetId } = network;
  if (defaultRoute !== undefined) {
    return [fine(check, `${subnetId} sends everything to ${defaultRoute}; not tried from inside`)];
  }
  const missing = BUILD_SERVICES.filter((service) => !endpoints.some((one) => one.endsWith(`.${service}`)));
  return [
    missing.length === 0
      ? unsure(
          check,
          `${subnetId} has endpoints of ${BUILD_SERVICES.join(', ')} and no other way out`,
          'The registry must be a mirror behind an endpoint or a proxy in the VPC; a bake tells.',
        )
      : wrong(
          check,
          `${subnetId} has no default route, and no endpoint of ${missing.join(', ')}`,
          'Give it a NAT gateway, or the endpoints and a mirror or proxy.',
        ),
  ];
};

function suffix({ stateMachineArn }: PipelineDescription): string {
  return stateMachineArn.startsWith('arn:aws-cn:') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** The longest wait, and an order that is tried as often as it may be: no rebake lasts longer. */
const LONGEST_REBAKE_HOURS =
  (DEFAULT_GATE_POLICY.longestWaitSeconds + MOST_ATTEMPTS * (BAKE_LIMIT_SECONDS + RETRY_SECONDS)) / 3600;

/** Whether the rebake goes on: the lease is not stuck, the gate decides, and every part of housekeeping works. */
const checkRebake: Check = async (ports, description) => [
  await checkLease(ports, description.pipeline),
  await checkDecision(ports, description),
  ...(await checkHousekeeping(ports.documents)),
];

async function checkLease(
  { documents, executions, now }: DoctorPorts,
  pipeline: string,
): Promise<CheckResult> {
  const lease = await readLease(documents);
  if (lease === undefined) {
    return fine('lease', 'no rebake has run yet');
  }
  const hours = (now().getTime() - Date.parse(lease.at)) / 3_600_000;
  const isRunning = await executions.isRunning(lease.execution);
  if (isRunning && hours > LONGEST_REBAKE_HOURS) {
    return wrong(
      'lease',
      `${lease.execution} has held it since ${lease.at} and does not end`,
      `End it with \`winbake pipeline cancel ${pipeline} --reason "it does not end"\`, and look into its history.`,
    );
  }
  if (!isRunning && isBaking(lease) && hours > LONGEST_REBAKE_HOURS) {
    return wrong(
      'lease',
      `its execution has ended, the order ${lease.order?.id ?? ''} of ${lease.at} has not, and nobody took it over`,
      `Start a rebake, which does: \`winbake pipeline rebake ${pipeline} --reason "take it over"\`.`,
    );
  }
  return fine('lease', isRunning ? `held since ${lease.at}` : 'free');
}

/** Silence is a fault where it is longer than the pipeline's own limit; without one, only people and code start rebakes. */
async function checkDecision(
  { documents, now }: DoctorPorts,
  { longestSilenceHours, pipeline }: PipelineDescription,
): Promise<CheckResult> {
  const last = await readLastDecision(documents);
  if (last === undefined) {
    return wrong(
      'decisions',
      'nothing has been decided yet',
      `Start a rebake: \`winbake pipeline rebake ${pipeline} --reason "the first decision"\`.`,
    );
  }
  const hours = (now().getTime() - Date.parse(last.at)) / 3_600_000;
  const reported = `${last.decision} on ${last.at}: ${last.reason}`;
  return hours > (longestSilenceHours ?? Infinity)
    ? wrong('decisions', reported, 'Look at the executions of the state machine, and at its schedules.')
    : fine('decisions', reported);
}

async function checkHousekeeping(documents: DocumentStore): Promise<readonly CheckResult[]> {
  const { failing, pruned } = await readHousekeepingMemory(documents);
  const failed = Object.entries(failing).map(([part, { reason, since }]) =>
    wrong(
      `housekeeping: ${part}`,
      `it has failed since ${since}: ${reason}`,
      "See the housekeeping function's log.",
    ),
  );
  return failed.length > 0
    ? failed
    : [
        fine(
          'housekeeping',
          pruned === null ? 'every part works' : `every part works; pruned on ${pruned.at}`,
        ),
      ];
}

/** Whether what the clock starts is there and enabled. A pipeline without looks of its own has housekeeping's schedule alone. */
const checkSchedules: Check = async ({ inspector }, { operateFunctionArn }) => {
  const names = operateFunctionArn.replace(/^.*:/, '').replace(/operate$/, '');
  const own = ['housekeeping', 'poll', 'patch-tuesday'].map((kind) => `${names}${kind}`);
  // Another pipeline's name may begin with this one's.
  const schedules = (await inspector.schedulesOf(names)).filter(({ name }) => own.includes(name));
  const housekeeping = schedules.find(({ name }) => name === own[0]);
  const results = schedules.map(({ isEnabled, name }) =>
    isEnabled
      ? fine(`schedule ${name}`, 'enabled')
      : wrong(`schedule ${name}`, 'disabled', `Enable it: aws scheduler, or deploy the stack again.`),
  );
  return housekeeping === undefined
    ? [...results, wrong(`schedule ${own[0] ?? ''}`, 'it does not exist', 'Deploy the stack again.')]
    : results;
};

/** What is looked into, in the order of the table. */
const CHECKS: Readonly<Record<string, Check>> = {
  parameters: checkParameters,
  rebake: checkRebake,
  schedules: checkSchedules,
  roles: checkRoles,
  keys: checkKeys,
  accounts: checkAccounts,
  'quota EC2': checkEc2Quotas,
  'quota builds': checkBuildQuota,
  'quota volume initialization': checkVolumeQuota,
  'service-linked roles': checkServiceLinkedRoles,
  'Fast Launch': checkFastLaunch,
  gMSA: checkGmsa,
  'egress of builds': checkEgressOfBuilds,
  'egress of fleets': checkFleetEgress,
  'egress from here': checkEgressFromHere,
};

/** Says in a sentence why something could not be looked into. */
type Explain = (error: unknown) => string;

/** Looks into everything that a pipeline stands on, and changes nothing. What cannot be looked into is a line of its own. */
export function examine(
  ports: DoctorPorts,
  description: PipelineDescription,
  explain: Explain,
): Promise<readonly CheckResult[]> {
  return runChecks(CHECKS, (check) => check(ports, description), explain);
}

/** Looks into what the fleets of a region need, without the pipeline, which may be in another account. */
export function examineFleets(
  inspector: FleetInspector,
  { fleets, region }: { readonly fleets: readonly ExaminedFleet[]; readonly region: string },
  explain: Explain,
): Promise<readonly CheckResult[]> {
  const checks = {
    AMIs: checkFleetAmis(fleets, region),
    'service-linked roles': checkServiceLinkedRoles,
    'quota volume initialization': checkVolumeQuota,
    gMSA: checkGmsa,
    egress: checkFleetEgress,
  };
  return runChecks(checks, (check) => check({ inspector }), explain);
}

async function runChecks<T>(
  checks: Readonly<Record<string, T>>,
  run: (check: T) => Promise<readonly CheckResult[]>,
  explain: Explain,
): Promise<readonly CheckResult[]> {
  const examined = Object.entries(checks).map(async ([name, check]) => {
    try {
      return await run(check);
    } catch (error) {
      return [
        unsure(name, explain(error), 'Mend what it says, such as rights to read this, and run it again.'),
      ];
    }
  });
  return (await Promise.all(examined)).flat();
}
