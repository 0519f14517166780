import { Annotations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AmiKey } from './ami-key';
import { letInstancesUse } from './ami-key-policy';
import type { PipelineSettings } from './pipeline-settings';

/**
 * The key of AMIs in the pipeline's region: the one that was given, or one that other accounts may use where there are any.
 * Of a key whose policy is not known here it is said what it has to allow.
 */
export function amiKeyOf(scope: Construct, settings: PipelineSettings): IKey | undefined {
  const { distribution, pipelineName, volume } = settings;
  const { accounts } = distribution;
  const key =
    volume.encryptionKey ?? (accounts.length === 0 ? undefined : new AmiKey(scope, 'AmiKey', pipelineName));
  if (key !== undefined && !letInstancesUse(scope, key, accounts)) {
    Annotations.of(scope).addWarningV2(
      'winbake:amiKeyPolicy',
      'The policy of "volume.encryptionKey" belongs to somebody else; it must let Auto Scaling and other accounts use it, as docs/security.md says.',
    );
  }
  return key;
}

/** The ARNs of the keys of AMIs in all regions. */
export function keyArnsOf({ distribution }: PipelineSettings, amiKey: IKey | undefined): readonly string[] {
  const others = distribution.regions.flatMap(({ encryptionKeyArn }) => encryptionKeyArn ?? []);
  return amiKey === undefined ? others : [amiKey.keyArn, ...others];
}
