import { Command } from 'commander';
import { formatBytes } from '../../lib/contract/values/printable';
import { parseHostVersion } from '../../lib/contract/values/os-version';
import { parseRelease } from '../../lib/contract/values/release';
import { defaultFamilies, FAMILY_NAMES, familyOf } from '../../lib/core/images/family';
import { defaultPreviousRevisions, parseImageExtras } from '../../lib/core/images/image-extra';
import { rememberingRegistry } from '../../lib/core/images/read-images';
import { resolveImages, type Resolution } from '../../lib/core/images/resolve-images';
import { RegistryError } from '../../lib/core/oci/registry';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp, RequiredOption } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { parseSeconds } from '../shared/option-values';
import { formatFindings, formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { extraOption, previousRevisionsOption, refuseOwnImages } from './policy-options';

const DEFAULT_REGISTRY = 'https://mcr.microsoft.com';

interface ResolveOptions {
  readonly release: string;
  readonly hostVersion?: string;
  readonly registry: string;
  readonly family?: readonly string[];
  readonly previousRevisions?: number;
  readonly extra?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

/** `winbake resolve`: which images fit a release and a host's revision, as the registry shows them now. */
export function resolveCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('resolve')
    .description(
      'Says which base image of each family fits a host: the newest of the same build that is not newer than the host ' +
        '(on 2016: of exactly its revision). It asks the registry only and remembers nothing.',
    )
    .addOption(new RequiredOption('--release <release>', 'Windows Server release: 2016, 2019, 2022 or 2025'))
    .option(
      '--host-version <version>',
      'OS version of the host (default: the newest revision that the registry shows)',
    )
    .option('--registry <url>', 'registry to ask; http:// for loopback addresses only', DEFAULT_REGISTRY)
    .option(
      '--family <name...>',
      `families to resolve, one or more of ${FAMILY_NAMES.join(', ')} (default: the first four)`,
    )
    .addOption(previousRevisionsOption())
    .addOption(extraOption())
    .option('--timeout <seconds>', 'time limit for all network requests', parseSeconds, 30)
    .option('--json', 'print one JSON document')
    .action(async (options: ResolveOptions) => {
      finish(await resolve(options, terminal));
    });
  return addHelp(command, terminal, {
    exitCodes:
      '0 every family has an image; 1 a family could not be read; 2 wrong usage; 3 a family has none that fits.',
    examples: [
      ['winbake resolve --release 2022', 'what fits a fully updated host today'],
      [
        'winbake resolve --release 2022 --host-version 10.0.20348.4171',
        'what fits a host that is a month behind',
      ],
      ['winbake resolve --release 2025 --family servercore aspnet --json'],
      ['winbake resolve --release 2022 --registry http://127.0.0.1:5000', "from 'winbake registry serve'"],
    ],
  });
}

async function resolve(options: ResolveOptions, terminal: Terminal): Promise<ExitCode> {
  const release = parseRelease(options.release);
  const host = options.hostVersion === undefined ? undefined : parseHostVersion(options.hostVersion, release);
  const names = [...new Set(options.family ?? defaultFamilies(release))];
  const families = names.map((name) => familyOf(name, release));
  refuseOwnImages(options.extra);
  const { extra = [], previousRevisions = defaultPreviousRevisions(release) } = options;
  const extras = parseImageExtras({ extras: extra, previousRevisions }, { release, families: names });
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
    printAnswer(terminal, options.json, {
      schema: 'winbake.resolution/1',
      document: { ...resolution, requests, redirects },
      text: (width) =>
        describe(resolution, { hostGiven: host !== undefined, registry: options.registry, width }),
    });
    return unreadable.length > 0 ? ExitCode.FAILED : resolution.complete ? ExitCode.DONE : ExitCode.NO;
  } finally {
    await client.close();
  }
}

function isUnreadable(finding: Resolution['findings'][number]): boolean {
  return finding.severity === 'stop' && finding.code.startsWith('REGISTRY_');
}

interface Shown {
  readonly hostGiven: boolean;
  readonly registry: string;
  readonly width: number | undefined;
}

function describe(resolution: Resolution, { hostGiven, registry, width }: Shown): string {
  const host = resolution.hostVersion ?? 'unknown';
  const origin = hostGiven ? 'as given' : 'the newest revision that the registry shows';
  const title = `Windows Server ${resolution.release}, host ${host} (${origin})\n\n`;
  const table = formatTable(
    [
      { title: 'FAMILY' },
      { title: 'TAG', below: true },
      { title: 'OS VERSION' },
      { title: 'MODE' },
      { title: 'DOWNLOAD', align: 'right' },
    ],
    resolution.images.map((image) => [
      image.family,
      image.tag,
      image.osVersion,
      image.mode,
      formatBytes(image.compressedBytes),
    ]),
    width,
  );
  const findings = resolution.findings.length === 0 ? '' : `\n${formatFindings(resolution.findings)}`;
  const { host: registryHost } = new URL(registry);
  const references = resolution.images.map(
    ({ digest, repository }) => `${registryHost}/${repository}@${digest}\n`,
  );
  return resolution.images.length === 0
    ? `${title}No image fits.\n${findings}`
    : `${title}${table}\nBy digest, for docker pull:\n${references.join('')}${findings}`;
}
