import { Command } from 'commander';
import { shortDigest } from '../../lib/contract/values/digest';
import { parseHostVersion } from '../../lib/contract/values/os-version';
import { parseRelease } from '../../lib/contract/values/release';
import { defaultFamilies, FAMILY_NAMES, familyOf } from '../../lib/core/images/family';
import { parseImageExtras } from '../../lib/core/images/image-extra';
import { rememberingRegistry } from '../../lib/core/images/read-images';
import { resolveImages, type Resolution } from '../../lib/core/images/resolve-images';
import { RegistryError } from '../../lib/core/oci/registry';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { ExitCode, type Finish } from '../shared/exit-code';
import { parseSeconds } from '../shared/option-values';
import { formatFindings, formatBytes, formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { extraOption } from './policy-options';

const DEFAULT_REGISTRY = 'https://mcr.microsoft.com';

const EXAMPLES = `
Examples:
  winbake resolve --release 2022                                    what fits a fully updated host today
  winbake resolve --release 2022 --host-version 10.0.20348.4171     what fits a host that is a month behind
  winbake resolve --release 2025 --family servercore aspnet --json
  winbake resolve --release 2022 --registry http://127.0.0.1:5000   from 'winbake registry serve'

Exit codes: 0 every family has an image; 1 a family could not be read; 2 wrong usage; 3 a family has none that fits.
`;

interface ResolveOptions {
  readonly release: string;
  readonly hostVersion?: string;
  readonly registry: string;
  readonly family?: readonly string[];
  readonly extra?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

/** `winbake resolve`: which images fit a release and a host's revision, as the registry shows them now. */
export function resolveCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('resolve')
    .summary('say which base images fit a host')
    .description(
      'Says which base image of each family fits a Windows Server release and the revision of a host: the same build,\n' +
        'never newer than the host, the nearest that exists. It looks at the registry only and remembers nothing.',
    )
    .requiredOption('--release <release>', 'Windows Server release: 2016, 2019, 2022 or 2025')
    .option(
      '--host-version <version>',
      'OS version of the host (default: the newest revision that the registry shows)',
    )
    .option('--registry <url>', 'registry to ask; http:// for loopback addresses only', DEFAULT_REGISTRY)
    .option(
      '--family <name...>',
      `families to resolve, of ${FAMILY_NAMES.join(', ')} (default: the first four)`,
    )
    .addOption(extraOption())
    .option('--timeout <seconds>', 'bound of all network work', parseSeconds, 30)
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ResolveOptions) => {
      finish(await resolve(options, terminal));
    });
}

async function resolve(options: ResolveOptions, terminal: Terminal): Promise<ExitCode> {
  const release = parseRelease(options.release);
  const host = options.hostVersion === undefined ? undefined : parseHostVersion(options.hostVersion, release);
  const names = [...new Set(options.family ?? defaultFamilies(release))];
  const families = names.map((name) => familyOf(name, release));
  const extras = parseImageExtras(options.extra ?? [], { release, families: names });
  const client = createRegistryClient({ url: options.registry, deadlineSeconds: options.timeout });
  try {
    const resolution = await resolveImages(
      rememberingRegistry(client),
      release,
      families,
      host?.revision,
      extras,
    );
    const unreadable = resolution.findings.filter(isUnreadable);
    if (unreadable.length === families.length && unreadable[0] !== undefined) {
      throw new RegistryError('REGISTRY_UNREACHABLE', unreadable[0].message);
    }
    const { requests, redirects } = client.traffic;
    terminal.out(
      options.json === true
        ? `${JSON.stringify({ ...resolution, requests, redirects }, null, 2)}\n`
        : describe(resolution, host !== undefined),
    );
    return unreadable.length > 0 ? ExitCode.FAILED : resolution.complete ? ExitCode.DONE : ExitCode.NO;
  } finally {
    await client.close();
  }
}

function isUnreadable(finding: Resolution['findings'][number]): boolean {
  return finding.severity === 'stop' && finding.code.startsWith('REGISTRY_');
}

function describe(resolution: Resolution, hostGiven: boolean): string {
  const host = resolution.hostVersion ?? 'unknown';
  const origin = hostGiven ? 'as given' : 'the newest revision that the registry shows';
  const title = `Windows Server ${resolution.release}, host ${host} (${origin})\n\n`;
  const table = formatTable(
    [
      { title: 'FAMILY' },
      { title: 'IMAGE' },
      { title: 'DIGEST' },
      { title: 'OS VERSION' },
      { title: 'MODE' },
      { title: 'DOWNLOAD', align: 'right' },
    ],
    resolution.images.map((image) => [
      image.family,
      `${image.repository}:${image.tag}`,
      shortDigest(image.digest),
      image.osVersion,
      image.mode,
      formatBytes(image.compressedBytes),
    ]),
  );
  const findings = resolution.findings.length === 0 ? '' : `\n${formatFindings(resolution.findings)}`;
  return `${title}${resolution.images.length === 0 ? 'No image fits.\n' : table}${findings}`;
}
