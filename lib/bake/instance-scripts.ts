import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { instanceScriptsArchive } from '../internal/asset-path';

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
