import {
  awayTargets,
  targetName,
  type PipelineDescription,
  type PublicationTarget,
  pipelinePath,
  targetsOf,
} from '../../contract/documents/pipeline-description';
import { CHANNELS, channelParameters, type ChannelName } from '../../contract/names/parameters';
import { readHold } from '../bake/hold';
import type { ParameterStore } from '../ports/stores';
import { readDeliveries } from '../publish/deliveries';
import { readChannel } from '../publish/move-channel';
import { fine, unsure, wrong, type Check, type CheckResult, type DoctorPorts } from './pipeline-inspector';

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
