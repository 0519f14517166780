import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { PipelineDescription, PublicationTarget } from '../contract/documents/pipeline-description';
import type { AmiInventory } from '../core/ports/amis';
import { assumeAccountRole } from './account-parameter-stores';
import { ec2PipelineAmis } from './ec2-pipeline-amis';
import { forgetRevision } from './forget-revision';
import { targetAmiUses, type TargetClients } from './target-ami-uses';

/** What tells a pipeline from others, and where it is. */
export type PipelineNames = Pick<
  PipelineDescription,
  'account' | 'pipeline' | 'parameterPrefix' | 'stateMachineArn'
>;

/** The AMIs of a pipeline and what uses them, in this account directly and in others through the account's role. */
export function accountAmiInventory(description: PipelineNames, sts: STSClient): AmiInventory {
  const { parameterPrefix, pipeline } = description;
  const clientsOf = (target: PublicationTarget) => targetClients(description, sts, target);
  return {
    ...ec2PipelineAmis((region) => new EC2Client({ region }), pipeline),
    usesIn: async (target) => targetAmiUses(await clientsOf(target), target.region, parameterPrefix),
    forget: async (target, amiId) => {
      await forgetRevision((await clientsOf(target)).ssm, `${parameterPrefix}/${pipeline}`, amiId);
    },
  };
}

async function targetClients(
  description: PipelineNames,
  sts: STSClient,
  target: PublicationTarget,
): Promise<TargetClients> {
  const { region } = target;
  const config =
    target.account === description.account
      ? { region }
      : { region, credentials: await assumeAccountRole(sts, description, target) };
  return {
    ec2: new EC2Client(config),
    autoScaling: new AutoScalingClient(config),
    ssm: new SSMClient(config),
  };
}
