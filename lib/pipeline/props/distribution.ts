import { Stack, Token } from 'aws-cdk-lib';
import type { ILaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { checkNumber, checkText, refuse } from '../../internal/validate';

/**
 * Snapshots that EC2 keeps ready behind the first boot of Windows, in the pipeline's region. They are charged to its account, see
 * docs/costs.md, and serve every account that may start the AMI. An instance whose launch template names a root device uses none of them:
 * say `fastLaunch` of fleets too.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-ami-config-fast-launch.html
 */
export interface FastLaunch {
  /**
   * How many snapshots are kept ready.
   *
   * @default 5
   */
  readonly targetResourceCount?: number;

  /**
   * How many instances EC2 starts at once to prepare them.
   *
   * @default 6
   */
  readonly maxParallelLaunches?: number;

  /**
   * The launch template that EC2 prepares them with, at its `versionNumber`, such as for a VPC of your own or for a policy that asks for
   * IMDSv2. It must have no user data, termination protection, Spot option or shutdown that terminates, and leave metadata on.
   *
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-fast-launch-configure.html#win-fast-launch-with-template
   * @default - EC2's own, in the default VPC or one that EC2 makes by a CloudFormation stack
   */
  readonly launchTemplate?: ILaunchTemplate;
}

/** Ends synthesis where a prop cannot be used. */
export function checkFastLaunch(scope: IConstruct, fastLaunch: FastLaunch): void {
  const { maxParallelLaunches = 6, targetResourceCount = 5 } = fastLaunch;
  checkNumber(scope, 'fastLaunch.targetResourceCount', targetResourceCount, {
    least: 1,
    most: 10000,
    wayOut: 'Leave "fastLaunch" out to have none.',
  });
  checkNumber(scope, 'fastLaunch.maxParallelLaunches', maxParallelLaunches, {
    least: 6,
    most: 40,
    wayOut: 'EC2 asks for 6 at least, and allows a region 40 in all unless asked for more.',
  });
  const version = fastLaunch.launchTemplate?.versionNumber;
  if (version?.startsWith('$') === true && !Token.isUnresolved(version)) {
    refuse(
      scope,
      'fastLaunch.launchTemplate',
      'must have the number of a version',
      version,
      'Import it with "versionNumber".',
    );
  }
}

/** A further region that AMIs are copied to. */
export interface DistributionRegion {
  /** Such as `eu-west-1`. */
  readonly region: string;

  /**
   * The key of that region that the copy is encrypted with, such as `Key.fromKeyArn`.
   *
   * @default - the account's default key of EBS there, which cannot be shared with `accounts`
   */
  readonly encryptionKey?: IKey;
}

/** Where publications go besides the pipeline's own account and region. */
export interface Distribution {
  /**
   * Further regions of the pipeline's account, and of `accounts`.
   *
   * @default - the pipeline's region only
   */
  readonly regions?: DistributionRegion[];

  /**
   * Further accounts, of twelve digits, which may start instances from the AMIs. Each needs a `WindowsAmiAccount` in each
   * region.
   *
   * @default - the pipeline's account only
   */
  readonly accounts?: string[];
}

/** A region of the distribution; the key is its ARN, or undefined for the account's default key of EBS. */
export interface RegionSettings {
  readonly region: string;
  readonly encryptionKeyArn: string | undefined;
}

/** Where publications go, with every default filled in; the pipeline's own region is not among `regions`. */
export interface DistributionSettings {
  readonly regions: readonly RegionSettings[];
  readonly accounts: readonly string[];
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function distributionSettings(
  scope: IConstruct,
  { accounts = [], regions = [] }: Distribution = {},
): DistributionSettings {
  for (const account of accounts) {
    checkText(scope, 'distribution.accounts', account, {
      pattern: /^\d{12}$/,
      rule: 'must name accounts by twelve digits',
      wayOut: "It is such as '123456789012'.",
    });
  }
  refuseOwn(scope, 'distribution.accounts', accounts, Stack.of(scope).account);
  const names = regions.map(({ region }) => region);
  for (const { encryptionKey, region } of regions) {
    checkText(scope, 'distribution.regions', region, {
      pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
      rule: 'must name regions by their code',
      wayOut: "It is such as 'eu-west-1'.",
    });
    if (encryptionKey !== undefined) {
      checkText(scope, 'distribution.regions', encryptionKey.keyArn, {
        pattern: new RegExp(`^arn:[\\w-]+:kms:${region}:\\d{12}:key/[\\w-]+$`),
        rule: 'must have keys of their own region',
        wayOut: `It is such as 'arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'.`,
      });
    }
    if (accounts.length > 0 && encryptionKey === undefined) {
      refuse(
        scope,
        'distribution.regions',
        'must name a key for each region where "distribution.accounts" has any',
        `'${region}' without "encryptionKey"`,
        'Make a key there that these accounts may use; what the default key encrypts cannot be shared.',
      );
    }
  }
  refuseOwn(scope, 'distribution.regions', names, Stack.of(scope).region);
  return {
    accounts,
    regions: regions.map(({ encryptionKey, region }) => ({
      region,
      encryptionKeyArn: encryptionKey?.keyArn,
    })),
  };
}

/** What the pipeline has anyway, and what is named twice, is a mistake. */
function refuseOwn(scope: IConstruct, prop: string, names: readonly string[], own: string): void {
  const wrong = names.find(
    (name, index) => names.indexOf(name) !== index || (!Token.isUnresolved(own) && name === own),
  );
  if (wrong !== undefined) {
    refuse(
      scope,
      prop,
      "must name each once, and not the pipeline's own",
      `'${wrong}'`,
      'Leave it out; the pipeline itself is always part of it.',
    );
  }
}
