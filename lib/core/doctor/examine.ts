import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { checkAccounts } from './check-accounts';
import { checkEgressFromHere, checkEgressOfBuilds } from './check-egress';
import { checkKeys } from './check-keys';
import { checkParameters } from './check-parameters';
import { checkBuildQuota, checkEc2Quotas, checkVolumeQuota } from './check-quotas';
import { checkRebake } from './check-rebake';
import { unsure, type Check, type CheckResult, type DoctorPorts } from './check-result';
import { checkRoles } from './check-roles';
import { checkSchedules } from './check-schedules';

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
  'egress of builds': checkEgressOfBuilds,
  'egress from here': checkEgressFromHere,
};

/**
 * Looks into everything that a pipeline stands on, and changes nothing. What cannot be looked into is a line of its own:
 * `explain` says in a sentence why.
 */
export async function examine(
  ports: DoctorPorts,
  description: PipelineDescription,
  explain: (error: unknown) => string,
): Promise<readonly CheckResult[]> {
  const looked = Object.entries(CHECKS).map(async ([name, check]) => {
    try {
      return await check(ports, description);
    } catch (error) {
      return [
        unsure(name, explain(error), 'Mend what it says, such as rights to read this, and run it again.'),
      ];
    }
  });
  return (await Promise.all(looked)).flat();
}
