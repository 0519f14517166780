import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AmiKey } from './ami-key';
import type { PipelineSettings } from './pipeline-settings';

/** The key of AMIs in the pipeline's region: the one that was given, or one that other accounts may use where there are any. */
export function amiKeyOf(scope: Construct, settings: PipelineSettings): IKey | undefined {
  const { distribution, volume } = settings;
  return (
    volume.encryptionKey ??
    (distribution.accounts.length === 0 ? undefined : new AmiKey(scope, 'AmiKey', settings))
  );
}

/** The ARNs of the keys of AMIs in all regions. */
export function keyArnsOf({ distribution }: PipelineSettings, amiKey: IKey | undefined): readonly string[] {
  const others = distribution.regions.flatMap(({ encryptionKeyArn }) => encryptionKeyArn ?? []);
  return amiKey === undefined ? others : [amiKey.keyArn, ...others];
}
