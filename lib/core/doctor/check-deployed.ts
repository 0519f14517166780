import {
  type PipelineDescription,
  awayTargets,
  targetName,
  type PublicationTarget,
  pipelinePath,
  targetsOf,
} from '../../contract/documents/pipeline-description';
import {
  fine,
  wrong,
  type Check,
  type CheckResult,
  type PipelineInspector,
  unsure,
  type DoctorPorts,
} from './pipeline-inspector';
import { CHANNELS, channelParameters, type ChannelName } from '../../contract/names/parameters';
import { readHold } from '../bake/hold';
import type { ParameterStore } from '../ports/stores';
import { readDeliveries } from '../publish/deliveries';
import { readChannel } from '../publish/move-channel';

/** Whether the keys of AMIs can be used, and by the other accounts too. */
export const checkKeys: Check = async ({ inspector }, description) => {
  const pipeline =
    description.imagePipelineArn === null
      ? undefined
      : await inspector.imagePipeline(description.imagePipelineArn);
  const keys = pipeline?.keys ?? [];
  if (keys.length === 0) {
    return [withoutKey(description)];
  }
  const results: CheckResult[] = [];
  for (const { keyId, region } of keys) {
    const check = `key in ${region}`;
    const seen = await inspector.keyOf(region, keyId);
    const missing = othersIn(description, region).filter((account) => !seen?.policy.includes(account));
    if (seen?.state !== 'Enabled') {
      results.push(
        wrong(
          check,
          `${keyId} is ${seen?.state ?? 'not there'}: instances of its AMIs cannot start`,
          'Enable the key, or cancel its deletion, in KMS.',
        ),
      );
    } else if (missing.length > 0) {
      results.push(
        wrong(
          check,
          `the policy of ${keyId} does not name ${missing.join(', ')}`,
          'Let the accounts use it: kms:Decrypt, DescribeKey, GenerateDataKeyWithoutPlaintext, ReEncrypt*, CreateGrant.',
        ),
      );
    } else {
      results.push(fine(check, `${keyId} is enabled`));
    }
  }
  return results;
};

function withoutKey(description: PipelineDescription): CheckResult {
  return othersIn(description, description.region).length === 0
    ? fine('key', "the account's default key of EBS, or none")
    : wrong(
        'key',
        'no key is named, and AMIs of the default key cannot be shared with other accounts',
        'Deploy the pipeline again: with accounts it makes a key.',
      );
}

function othersIn({ accounts, ...home }: PipelineDescription, region: string): readonly string[] {
  return [home.region, ...home.regions].includes(region) ? accounts : [];
}

const KINDS = ['decide', 'publish', 'housekeeping', 'operate'] as const;
const DEPLOY = 'Deploy the stack of the pipeline again; look whether somebody changed it by hand.';

/** The name of a function of a pipeline, beside the one that its description names. */
export function functionNameOf(
  { operateFunctionArn }: Pick<PipelineDescription, 'operateFunctionArn'>,
  kind: (typeof KINDS)[number],
): string {
  return `${operateFunctionArn.replace(/^.*:/, '').replace(/operate$/, '')}${kind}`;
}

/** Whether the functions, the state machine and the builds are there with roles that their services may take. */
export const checkRoles: Check = async ({ inspector }, description) => {
  const results: CheckResult[] = [];
  for (const kind of KINDS) {
    const name = functionNameOf(description, kind);
    const seen = await inspector.functionOf(name);
    if (seen === undefined) {
      results.push(wrong(`function ${kind}`, `there is no function ${name}`, DEPLOY));
      continue;
    }
    results.push(
      seen.state === 'Active'
        ? fine(`function ${kind}`, name)
        : wrong(`function ${kind}`, `${name} is ${seen.state}`, DEPLOY),
      await trusted(inspector, `role of ${kind}`, seen.role, 'lambda.amazonaws.com'),
    );
  }
  const machine = await inspector.roleOfStateMachine(description.stateMachineArn);
  results.push(
    machine === undefined
      ? wrong('state machine', `${description.stateMachineArn} does not exist`, DEPLOY)
      : await trusted(inspector, 'role of the state machine', machine, 'states.amazonaws.com'),
  );
  return [...results, ...(await checkBuildRoles(inspector, description))];
};

async function checkBuildRoles(
  inspector: PipelineInspector,
  { imagePipelineArn }: PipelineDescription,
): Promise<readonly CheckResult[]> {
  if (imagePipelineArn === null) {
    return [];
  }
  const seen = await inspector.imagePipeline(imagePipelineArn);
  if (seen === undefined) {
    return [wrong('Image Builder pipeline', `${imagePipelineArn} does not exist`, DEPLOY)];
  }
  const results = [
    seen.isEnabled
      ? fine('Image Builder pipeline', imagePipelineArn)
      : wrong('Image Builder pipeline', 'it is disabled', 'Enable it in Image Builder, or deploy again.'),
  ];
  if (seen.executionRole !== undefined) {
    results.push(
      await trusted(inspector, 'role of builds', seen.executionRole, 'imagebuilder.amazonaws.com'),
    );
  }
  const profile = seen.instanceProfile ?? '';
  const role = await inspector.roleOfProfile(profile);
  results.push(
    role === undefined
      ? wrong('role of build instances', `the instance profile ${profile} has no role`, DEPLOY)
      : await trusted(inspector, 'role of build instances', role, 'ec2.amazonaws.com'),
  );
  return results;
}

async function trusted(
  inspector: PipelineInspector,
  check: string,
  role: string,
  service: string,
): Promise<CheckResult> {
  const name = role.replace(/^.*\//, '');
  const trust = await inspector.trustOf(name);
  if (trust === undefined) {
    return wrong(check, `there is no role ${name}`, DEPLOY);
  }
  return trust.some((one) => one.startsWith(service))
    ? fine(check, name)
    : wrong(check, `${name} trusts ${trust.join(', ') || 'nobody'}, and not ${service}`, DEPLOY);
}

/**
 * Whether the pipeline gets into each other account and region, as housekeeping noted it: its roles alone may take the accounts'
 * roles, so that it cannot be tried by anybody else.
 */
export const checkAccounts: Check = async ({ documents }, description) => {
  const { targets } = await readDeliveries(documents);
  return awayTargets(description).map((target) => {
    const name = targetName(target);
    const check = `account ${name}`;
    const delivery = targets[name];
    if (delivery === undefined) {
      return unsure(
        check,
        'housekeeping has not looked there yet',
        'It does within 15 minutes of a deployment.',
      );
    }
    if (delivery.pending === null) {
      return fine(check, `as housekeeping saw it: let in last on ${delivery.reachedAt ?? ''}`);
    }
    const { reason, since } = delivery.pending;
    return wrong(
      check,
      `as housekeeping saw it: pending since ${since}: ${reason}`,
      target.account === description.account
        ? 'The next bake brings an AMI there; else see the message.'
        : `Deploy a WindowsAmiAccount in ${name}, with the pipeline's account and prefix.`,
    );
  });
};

const HOUSEKEEPING_MENDS =
  'Housekeeping mends it at its next poll, within 15 minutes; see its log where it does not.';

/** Whether every channel is whole and well-formed in each region of the pipeline's own account, and names an AMI that is there. */
export const checkParameters: Check = async (ports, description) => {
  const own = targetsOf(description).filter(({ account }) => account === description.account);
  const results: CheckResult[] = [];
  for (const target of own) {
    const parameters = await ports.stores.of(target);
    for (const channel of CHANNELS) {
      results.push(await checkChannel(ports, description, parameters, target, channel));
    }
    if (target.region === description.region) {
      results.push(await checkHold(ports, description, parameters));
    }
  }
  return results;
};

async function checkChannel(
  { inspector }: DoctorPorts,
  description: PipelineDescription,
  parameters: ParameterStore,
  target: PublicationTarget,
  channel: ChannelName,
): Promise<CheckResult> {
  const check = `channel ${channel} in ${target.region}`;
  const path = pipelinePath(description);
  const names = channelParameters(path, channel);
  let truth;
  try {
    truth = await readChannel(parameters, path, channel);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrong(check, reason, `Delete ${names.publication}, then promote or roll back to write it anew.`);
  }
  if (truth === undefined) {
    const wayOut =
      target.region === description.region
        ? 'Deploy the pipeline again: its seed writes what is missing.'
        : `${HOUSEKEEPING_MENDS} See \`winbake pipeline status ${description.pipeline}\` for what is pending in ${targetName(target)}.`;
    return wrong(check, `${names.publication} does not exist`, wayOut);
  }
  const copies = [
    [names.amiId, truth.amiId],
    [names.osVersion, truth.osVersion],
  ] as const;
  for (const [name, value] of copies) {
    const copy = await parameters.get(name);
    if (copy !== value) {
      return wrong(check, `${name} is ${copy ?? 'missing'}, and the truth is ${value}`, HOUSEKEEPING_MENDS);
    }
  }
  const state = await inspector.amiState(target.region, truth.amiId);
  return state === 'available'
    ? fine(check, `${truth.id}, ${truth.amiId}, ${truth.mode}`)
    : wrong(
        check,
        `${truth.id} names ${truth.amiId}, which is ${state ?? 'not there'}: nothing can start from it`,
        `Bake anew with \`winbake pipeline rebake ${description.pipeline} --force --reason "the AMI is gone"\`, or roll back; until then fleets cannot grow.`,
      );
}

async function checkHold(
  { now }: DoctorPorts,
  description: PipelineDescription,
  home: ParameterStore,
): Promise<CheckResult> {
  const hold = await readHold(home, pipelinePath(description), now());
  return hold === undefined
    ? fine('hold', 'nobody holds promotion')
    : fine('hold', `held until ${hold.until} by ${hold.by}: ${hold.reason}`);
}
