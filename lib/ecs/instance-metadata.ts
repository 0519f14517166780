import type { IConstruct } from 'constructs';
import { checkNumber } from '../internal/validate';

/** Who may read the metadata of a fleet's instances, always by session (IMDSv2). */
export interface InstanceMetadata {
  /**
   * How many hops an answer may take, 1 to 64. The ECS agent of Windows runs on the instance itself and needs one; containers
   * behind the instance's own network need two.
   *
   * @default 1
   */
  readonly hopLimit?: number;

  /**
   * Whether tasks with network interfaces of their own reach it.
   *
   * @default false
   */
  readonly taskAccess?: boolean;

  /**
   * Whether it shows the instance's tags.
   *
   * @default false
   */
  readonly tags?: boolean;
}

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
export function instanceMetadata(
  scope: IConstruct,
  metadata: InstanceMetadata = {},
): Required<InstanceMetadata> {
  const { hopLimit = 1, tags = false, taskAccess = false } = metadata;
  checkNumber(scope, 'metadata.hopLimit', hopLimit, {
    least: 1,
    most: 64,
    wayOut: 'Leave it out to let only the instance itself read it.',
  });
  return { hopLimit, tags, taskAccess };
}
