import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CfnInstanceProfile, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct, IDependable } from 'constructs';
import { CURRENT_ORDER_KEY, scriptsKey } from '../../contract/names/bucket-keys';
import { allow, explainManagedPolicy } from '../../internal/allow';
import { instanceScriptsArchive } from '../../internal/handler-function';
import { allowKeyUse } from '../../internal/keys';

/** The archive of the scripts that run on the instance, whose digest is known at synthesis. */
export class InstanceScripts extends Asset {
  /** In hexadecimal. */
  public readonly sha256: string;

  constructor(scope: Construct, id: string) {
    const path = instanceScriptsArchive();
    super(scope, id, { path });
    this.sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
}

/** Instance scripts in the pipeline's bucket, where the instances read them. */
export interface StoredScriptsArchive {
  readonly uri: string;
  readonly sha256: string;
  /** They are there once this is. */
  readonly stored: IDependable;
}

/** What the instances read and write. */
interface InstanceRoleProps {
  readonly bucket: IBucket;
  readonly catalogKey: string;
}

/**
 * The role of the build and the test instance. An instance writes only the documents that carry its own id, so none can
 * speak for another.
 */
export class InstanceRole extends Role {
  public readonly instanceProfileName: string;

  constructor(scope: Construct, id: string, { bucket, catalogKey }: InstanceRoleProps) {
    const policies = ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'];
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
    });
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'Image Builder asks for this policy on its instances and keeps it up to date.',
      );
    }
    allow(this, {
      actions: ['s3:GetObject'],
      resources: [
        bucket.arnForObjects(scriptsKey('*')),
        bucket.arnForObjects(catalogKey),
        bucket.arnForObjects(CURRENT_ORDER_KEY),
      ],
      wildcardReason:
        'A bake under way reads the scripts that it began with, whatever was deployed meanwhile.',
    });
    allow(this, {
      actions: ['s3:PutObject'],
      // The unique id of the role and the id of the instance, joined by a colon.
      resources: ['manifests', 'verifications', 'failures'].map((folder) =>
        bucket.arnForObjects(`${folder}/\${aws:userid}.json`),
      ),
    });
    allowKeyUse(this, bucket.encryptionKey, 's3');
    this.instanceProfileName = new CfnInstanceProfile(this, 'Profile', { roles: [this.roleName] }).ref;
  }
}
