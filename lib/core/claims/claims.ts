import { UsageError } from '../../contract/values/errors';
import { ACCOUNT_CLAIMS } from './account-claims';
import { BAKE_CLAIMS, ROLLOUT_CLAIMS } from './bake-and-rollout-claims';
import type { Claim } from './claim';
import { HOST_CLAIMS } from './host-claims';
import { INSTANCE_CLAIMS } from './instance-claims';

/** Of what the simulated account answers without knowing; each `claim` is the sentence of `assumed` in `sim`. */
export const SIMULATOR_CLAIMS: readonly Claim[] = [
  {
    id: 'asg-refuses-delete-while-refreshing',
    claim: 'Auto Scaling refuses to delete a group by force while its instance refresh is under way.',
    otherwise: 'a rehearsed deletion differs from AWS',
    damage: 'figures',
    how: 'delete a group by force during a refresh in a test account',
  },
  {
    id: 'asg-words-of-launch-templates',
    claim: 'Auto Scaling says of a launch template, after its own words: …',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'update a test group to a launch template version without an AMI',
  },
  {
    id: 'cancel-of-ended-image-is-no-error',
    claim: 'CancelImageCreation of an image that has ended changes nothing and is no error.',
    otherwise: 'a rehearsed cancellation differs from AWS',
    damage: 'figures',
    how: '`aws imagebuilder cancel-image-creation` of an image that is available',
  },
  {
    id: 'ecs-words-of-second-change',
    claim: 'ECS refuses a second change of a cluster in the words that users report of it.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'two `aws ecs put-cluster-capacity-providers` of a test cluster at once',
  },
  {
    id: 'ec2-words-of-versions-by-number',
    claim: 'EC2 refuses versions by number without a launch template in these words.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: '`aws ec2 describe-launch-template-versions --versions 1`',
  },
  {
    id: 'versions-page-by-number',
    claim: 'ListObjectVersions pages by the number of versions alone, whatever their size.',
    otherwise: 'a rehearsed removal takes other pages',
    damage: 'figures',
    how: '`aws s3api list-object-versions --no-paginate` of a bucket with more than 1,000 versions: the first page has 1,000',
  },
  {
    id: 'asg-call-rates',
    claim: 'The rates of calls that Auto Scaling takes; what it says beyond them is reported.',
    otherwise: 'simulated throttling is too hard or too soft',
    damage: 'figures',
    how: '`aws autoscaling describe-auto-scaling-groups` in a loop until it is throttled',
  },
  {
    id: 'image-builder-call-rates',
    claim: 'The rates of calls that Image Builder takes; its model names the error.',
    otherwise: 'simulated throttling is too hard or too soft',
    damage: 'figures',
    how: '`aws imagebuilder list-images` in a loop until it is throttled',
  },
  {
    id: 'ecs-error-texts',
    claim: 'The texts of the errors of ECS; their names and the limits behind them are documented.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'describe 101 container instances, and a task of no cluster',
  },
  {
    id: 'iam-error-texts',
    claim: 'The texts of the errors of IAM; their names are documented.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'simulate the policy of a role that does not exist',
  },
  {
    id: 'ssm-error-texts',
    claim: 'The texts of the errors of Parameter Store; their names and conditions are documented.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'read a parameter that does not exist, and write one of a wrong name',
  },
  {
    id: 'asg-words-without-refresh',
    claim: 'What Auto Scaling says where no instance refresh can be stopped or turned back.',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: '`aws autoscaling cancel-instance-refresh` of a group without one',
  },
  {
    id: 'model-refusal-words',
    claim: 'A service refuses what its model does not allow in these words: … …: …',
    otherwise: 'a rehearsed refusal reads otherwise',
    damage: 'figures',
    how: 'send each service an input that its model does not allow',
  },
];

/** Of the registry, the command line and the packages. */
const REGISTRY_CLAIMS: readonly Claim[] = [
  {
    id: 'coverage-signs-in',
    claim:
      "`winbake coverage` signs in to ECR, to Azure's registry by an identity token, and to the Docker Hub by a credential helper",
    otherwise: '`winbake coverage` cannot read private images',
    damage: 'figures',
    how: '`npx winbake coverage IMAGE --release 2022` for a private image of each; exit code 0 or 3, and no `LOGIN_NEEDED`',
  },
  {
    id: 'coverage-layers-are-docker-pulls',
    claim:
      'the layers that `winbake coverage` calls missing are those that Docker pulls on a fresh host, and no others',
    otherwise: '`winbake coverage` shows the wrong layers as missing',
    damage: 'figures',
    how: '`docker pull` of the image on a host of the pipeline: as many lines "Already exists" as layers with `cached`',
  },
  {
    id: 'registry-reads-as-in-tests',
    claim: '`winbake resolve` reads `mcr.microsoft.com` as it reads the servers of the tests',
    otherwise: 'no image is found, and nothing is baked',
    damage: 'stops',
    how: '`npx winbake resolve --release 2022 --previous-revisions 0` with internet: four images, exit code 0, at most 8 requests; without it eight',
  },
  {
    id: 'registry-pages-tag-lists',
    claim: "Microsoft's registry pages `tags/list` with `Link`, or answers it whole",
    otherwise: 'hosts that are behind or ahead get no images',
    damage: 'stops',
    how: '`npx winbake resolve --release 2022 --host-version 10.0.20348.4171`; the images are those of September 2025',
  },
  {
    id: 'registry-redirects-are-public',
    claim: '`mcr.microsoft.com` redirects blobs to `<region>.data.mcr.microsoft.com` and nowhere private',
    otherwise: "the client refuses Microsoft's own blobs",
    damage: 'stops',
    how: 'same command with `--json`; `redirects` is above 0 and no `REGISTRY_INVALID` finding appears',
  },
  {
    id: 'dotnet-lines-are-live',
    claim:
      'the lines of .NET (`10.0` on 2022 and 2025, `8.0` on 2019) are the live ones, and none is built after the end of its support',
    otherwise: 'an extra of .NET stays on a line without updates',
    damage: 'late',
    how: '`npx winbake resolve --release 2019 --family dotnet-aspnet`, and the .NET support policy page',
  },
  {
    id: 'dotnet-package-builds',
    claim:
      'the .NET package builds: `jsii-pacmak` 1.140.0 asks for an older runtime than `Amazon.CDK.Lib` 2.276.0 (NU1605), so a test leaves that line out',
    otherwise: 'there is no package for .NET',
    damage: 'figures',
    how: 'a newer `jsii-pacmak`, with `--targets dotnet` and without `--code-only`',
  },
  {
    id: 'ecr-takes-two-rights-of-the-gate',
    claim:
      'ECR takes `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` for what the gate reads, and refuses a right that is missing with 403 `DENIED`',
    otherwise: 'own images in ECR are left out of every bake',
    damage: 'late',
    how: 'the findings of `winbake explain 2022-core` with `CachedImage.fromEcr`; take one right away, and read the finding',
  },
];

/** The claims by what they are about. */
export const CLAIM_GROUPS: Readonly<Record<string, readonly Claim[]>> = {
  'Windows, Docker and PowerShell on an instance': INSTANCE_CLAIMS,
  'Image Builder and AWSTOE': BAKE_CLAIMS,
  'Rights, and the other services of an account': ACCOUNT_CLAIMS,
  'Instance refreshes, groups and launch templates': ROLLOUT_CLAIMS,
  'Container hosts, clusters and tasks': HOST_CLAIMS,
  'The registry, the command line and the packages': REGISTRY_CLAIMS,
  'What the rehearsal assumes': SIMULATOR_CLAIMS,
};

/** Everything that is claimed and not proven, in the order of docs/unproven.md. */
export const CLAIMS: readonly Claim[] = Object.values(CLAIM_GROUPS).flat();

/** The claim of an id. Throws a `UsageError` where there is none. */
export function claimOf(id: string): Claim {
  const claim = CLAIMS.find((one) => one.id === id);
  if (claim === undefined) {
    throw new UsageError(`There is no claim '${id}'; docs/unproven.md lists them.`);
  }
  return claim;
}
