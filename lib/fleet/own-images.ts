import { Annotations, Duration, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { OWN_IMAGE_SCRIPT, WORK_FOLDER } from '../core/image-builder/component-steps';
import { ecrRegion } from '../core/images/own-image';
import { parseDockerImageName } from '../core/oci/image-reference';
import { checkMinutes, refuse } from '../internal/validate';

/** Where a bake leaves the script by which hosts fetch what has moved. */
const SCRIPT = `${WORK_FOLDER}\\${OWN_IMAGE_SCRIPT}`;

/** What boot, Docker and the agent may take of the time for a launch, in minutes. */
const BOOT_MINUTES = 30;

/** How long a host takes at most to fetch what has moved, unless something else is said, in minutes. */
const FETCH_MINUTES = 10;

/** What decides whether hosts fetch own images, and which. */
interface FetchedImages {
  readonly ami: WindowsAmi;
  readonly ownImageTimeout?: Duration | undefined;
  /** Secrets by the hosts of registries. */
  readonly ownImageCredentials?: Readonly<Record<string, ISecret>> | undefined;
}

/**
 * The commands of user data by which a host fetches, before it joins its cluster, what the tags of own images have moved to since its AMI was
 * baked; none where no time is given to it. Ends synthesis where it would take what a launch needs, and where secrets are for nothing.
 */
export function fetchOwnImages(
  scope: IConstruct,
  { ami, ownImageCredentials = {}, ownImageTimeout }: FetchedImages,
  launchTimeout: Duration,
): readonly string[] {
  const secrets = Object.entries(ownImageCredentials);
  const most = launchTimeout.isUnresolved()
    ? FETCH_MINUTES
    : launchTimeout.toMinutes({ integral: false }) - BOOT_MINUTES;
  const isExpected = ami._hasOwnImages === true || secrets.length > 0;
  const limit = ownImageTimeout ?? Duration.minutes(isExpected ? Math.min(FETCH_MINUTES, most) : 0);
  if (ownImageTimeout !== undefined) {
    checkMinutes(scope, 'ownImageTimeout', ownImageTimeout, {
      least: 0,
      most,
      wayOut: `Booting and joining may take ${BOOT_MINUTES} minutes of "launchTimeout"; raise that, or fetch for less long.`,
    });
  }
  secrets.forEach(([registry]) => {
    checkRegistry(scope, registry);
  });
  if (limit.toSeconds() === 0) {
    if (secrets.length > 0) {
      refuse(
        scope,
        'ownImageCredentials',
        'must not be said where hosts have no time to fetch own images, since they would read secrets for nothing',
        secrets.map(([registry]) => registry).join(', '),
        'Leave it out, or raise "ownImageTimeout" or "launchTimeout".',
      );
    }
    return [];
  }
  warnOfUnused(
    scope,
    ami,
    secrets.map(([registry]) => registry),
  );
  return [`try { ${fetching(limit.toSeconds(), secrets)} } catch { Write-Host "Winbake: $_" }`];
}

/** A registry is named as the AMI's manifest names it: as docker does. */
function checkRegistry(scope: IConstruct, registry: string): void {
  if (Token.isUnresolved(registry) || registryOf(registry) !== registry) {
    refuse(
      scope,
      'ownImageCredentials',
      "must name registries by their hosts as image names begin with, the Docker Hub as 'docker.io'",
      `'${Token.isUnresolved(registry) ? 'a token' : registry}'`,
      "It is such as 'shop.azurecr.io', without a scheme and a path.",
    );
  }
  if (ecrRegion(registry) !== undefined) {
    refuse(
      scope,
      'ownImageCredentials',
      'must not name Amazon ECR, which hosts read by their role',
      `'${registry}'`,
      "Leave it out, and let the repository's policy have the role of the hosts pull.",
    );
  }
}

/** Warns of secrets by which nothing is fetched, where it is known what the AMI holds. */
function warnOfUnused(scope: IConstruct, ami: WindowsAmi, registries: readonly string[]): void {
  const { _ownImageHosts: hosts, pipelineName } = ami;
  const unused = registries.filter((registry) => hosts?.includes(registry) === false);
  if (hosts !== undefined && unused.length > 0) {
    const cached =
      hosts.length === 0 ? 'none of a registry other than ECR' : `those of ${[...new Set(hosts)].join(', ')}`;
    Annotations.of(scope).addWarningV2(
      'winbake:ownImageCredentials',
      `"ownImageCredentials" names ${unused.join(', ')}, of which pipeline ${pipelineName} caches no image, but ${cached}: ` +
        'hosts read the secret for nothing. Leave it out, or cache an image by CachedImage.fromRegistry.',
    );
  }
}

function registryOf(host: string): string | undefined {
  try {
    return parseDockerImageName(`${host}/own/image`).registry;
  } catch {
    return undefined;
  }
}

/** Only an AMI with own images has the script, and that of an older Winbake knows no secrets. */
function fetching(seconds: number, secrets: readonly (readonly [string, ISecret])[]): string {
  if (secrets.length === 0) {
    return `if (Test-Path -LiteralPath '${SCRIPT}') { & '${SCRIPT}' -Seconds ${seconds} }`;
  }
  const pairs = secrets.map(([registry, { secretArn }]) => `${registry}=${secretArn}`).join(',');
  return [
    `if (-not (Test-Path -LiteralPath '${SCRIPT}')) { Write-Host 'Winbake: this AMI has no own images.' }`,
    `elseif ((Get-Command -Name '${SCRIPT}').Parameters.ContainsKey('Secrets')) { & '${SCRIPT}' -Seconds ${seconds} -Secrets '${pairs}' }`,
    `else { Write-Host 'Winbake: this AMI is of before hosts read secrets; only what lies in ECR is fetched.'; & '${SCRIPT}' -Seconds ${seconds} }`,
  ].join(' ');
}
