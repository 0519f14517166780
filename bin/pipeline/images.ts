import { Command } from 'commander';
import { formatOsVersion } from '../../lib/contract/values/os-version';
import type { HostCache } from '../../lib/core/coverage/coverage';
import { dockerNameOf } from '../../lib/core/images/own-image';
import { type Registry, RegistryError } from '../../lib/core/oci/registry';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { PIPELINE_NAME, placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import type { Terminal } from '../shared/terminal';
import { readPipelineHosts } from './pipeline-hosts';

/** Reads what the hosts of a pipeline have cached. */
export type ReadImages = (place: PlaceOptions, name: string) => Promise<readonly HostCache[]>;

/** `winbake pipeline images`: what hosts have cached, by digest. */
export function imagesCommand(terminal: Terminal, finish: Finish, read: ReadImages): Command {
  const command = new Command('images')
    .description(
      'Says which images hosts have cached, by tag and digest: those of the channels current and latest, and those of the next bake.',
    )
    .argument(...PIPELINE_NAME);
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: PlaceOptions & { readonly json?: boolean }) => {
      const hosts = await read(options, name);
      printAnswer(terminal, options.json, {
        schema: 'winbake.images/1',
        document: { pipeline: name, hosts: hosts.map(documentOf) },
        text: () => hosts.map(textOf).join('\n'),
      });
      finish(hosts.some(({ osVersion }) => osVersion !== null) ? ExitCode.DONE : ExitCode.NO);
    });
  return addHelp(command, terminal, {
    examples: [
      ['winbake pipeline images 2022-core'],
      ['winbake pipeline images 2022-core --json', 'for a program that builds apps'],
    ],
    exitCodes: '0 done; 1 something could not be read; 2 wrong usage; 3 nothing has been baked.',
  });
}

function documentOf({ channel, images, leftOut = [], osVersion, unknown }: HostCache) {
  return {
    channel,
    osVersion: osVersion === null ? null : formatOsVersion(osVersion),
    images: images.map(({ digest, family, osVersion: version, platformDigest, repository, tag }) => ({
      family,
      repository,
      tag,
      digest,
      platformDigest,
      osVersion: version,
    })),
    leftOut,
    message: osVersion === null ? unknown : null,
  };
}

function textOf({ channel, images, leftOut = [], osVersion, unknown }: HostCache): string {
  if (osVersion === null) {
    return `${channel}\n${unknown ?? ''}\n`;
  }
  const lines = images.map(
    (image) => `  ${image.family}  ${image.osVersion}\n    ${dockerNameOf(image)}@${image.digest}\n`,
  );
  const left = leftOut.map(
    (image) => `  ${image.family}  left out\n    ${dockerNameOf(image)}: ${image.message}\n`,
  );
  return `${channel}  ${formatOsVersion(osVersion)}\n${lines.join('')}${left.join('')}`;
}

/** Layers are of no use here. */
function unread(): Promise<never> {
  return Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'No registry is read.'));
}

const NO_REGISTRY: Registry = { blob: unread, head: unread, manifest: unread, tags: unread };

/** Reads them with the caller's credentials, and asks no registry. */
export const readImages: ReadImages = async (place, name) =>
  (await readPipelineHosts(place, name, NO_REGISTRY)).hosts;
