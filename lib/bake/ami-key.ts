import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { amiKeyDescription, amiKeyAlias } from '../contract/names/resources';
import { keyAdministration } from '../internal/key-administration';

/**
 * The key of AMIs that other accounts start instances from, which AWS's own key of EBS does not allow. It stays when the
 * pipeline goes: instances that run need it to start again.
 */
export class AmiKey extends Key {
  constructor(scope: Construct, id: string, pipelineName: string) {
    super(scope, id, {
      description: amiKeyDescription(pipelineName),
      alias: amiKeyAlias(pipelineName),
      enableKeyRotation: true,
      policy: keyAdministration(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
