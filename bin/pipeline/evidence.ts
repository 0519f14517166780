import { createHash } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Command } from 'commander';
import { explaining } from '../../lib/aws/explain-failure';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import { formatBytes, printableJson } from '../../lib/contract/values/printable';
import { pipelinePath } from '../../lib/contract/documents/pipeline-description';
import {
  type Change,
  diffPublications,
  type PublicationDiff,
  renderSbom,
} from '../../lib/core/evidence/publication-evidence';
import { homeParameters } from '../../lib/core/ports/stores';
import { findManifest, type PublishedManifest } from '../../lib/core/publish/find-publication';
import { operatePorts } from '../../lib/handlers/operate';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { signIn } from '../shared/pipeline-access';
import { PIPELINE_NAME, placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import { MICROSOFT } from '../shared/registries';
import { formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';

/** Reads publications of a pipeline, each as a person names it. */
export type ReadManifests = (
  place: PlaceOptions,
  name: string,
  publications: readonly string[],
) => Promise<readonly PublishedManifest[]>;

const NAMED =
  'A publication is named by current, latest or previous, its id, an OS version such as 10.0.20348.4294 (the newest of it), or one of its AMIs.';

/** `winbake pipeline diff`: what differs between two publications. */
export function diffCommand(terminal: Terminal, finish: Finish, read: ReadManifests): Command {
  const command = new Command('diff')
    .description(
      'Says what differs between two publications: Windows and its updates, the cached images, Docker, agents and scripts.',
    )
    .argument(...PIPELINE_NAME)
    .argument('<from>', 'a publication, such as current')
    .argument('<to>', 'another one, such as latest');
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--json', 'print one JSON document')
    .action(
      async (name: string, from: string, to: string, options: PlaceOptions & { readonly json?: boolean }) => {
        const [before, after] = await read(options, name, [from, to]);
        if (before !== undefined && after !== undefined) {
          const diff = diffPublications(before, after);
          printAnswer(terminal, options.json, {
            schema: 'winbake.diff/1',
            document: { pipeline: name, ...diff },
            text: (width) => textOf(name, diff, width),
          });
        }
        finish(ExitCode.DONE);
      },
    );
  return addHelp(command, terminal, {
    notes: NAMED,
    examples: [
      ['winbake pipeline diff 2022-core current latest', 'what a promotion would bring'],
      ['winbake pipeline diff 2022-core 20348.4171-1 10.0.20348.4294 --json'],
    ],
  });
}

/** `winbake pipeline sbom`: the bill of materials of a publication, as CycloneDX. */
export function sbomCommand(terminal: Terminal, finish: Finish, read: ReadManifests): Command {
  const command = new Command('sbom')
    .description(
      'Prints the bill of materials of a publication as CycloneDX 1.6: Windows with its updates, the cached images by digest, ' +
        'Docker and agents. The same publication gives the same document.',
    )
    .argument(...PIPELINE_NAME)
    .argument('[publication]', 'a publication', 'current');
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command.action(async (name: string, publication: string, options: PlaceOptions) => {
    const [found] = await read(options, name, [publication]);
    if (found !== undefined) {
      const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
      const sbom = renderSbom({ ...found, pipeline: name, registry: MICROSOFT, sha256 });
      terminal.out(`${printableJson(sbom)}\n`);
    }
    finish(ExitCode.DONE);
  });
  return addHelp(command, terminal, {
    notes: `${NAMED} It lists what the bake recorded, and neither the files of the base AMI nor those of the images.`,
    examples: [['winbake pipeline sbom 2022-core'], ['winbake pipeline sbom 2022-core latest']],
  });
}

/** One screen: what is the same in few words, what differs with both sides. */
function textOf(pipeline: string, diff: PublicationDiff, width?: number): string {
  const { baseAmi, bytesOnDisk, images, mode, osVersion, publication, published, recipe, scripts, software } =
    diff;
  const lines = [
    `${pipeline}  ${publication.from ?? ''} -> ${publication.to ?? ''}`,
    `published: ${sides(published)}`,
    `Windows: ${sides(osVersion)}, ${sides(mode)}`,
    `updates: ${updatesText(diff)}`,
    ...(software.length === 0 ? ['docker and agents: not recorded'] : []),
    ...software.map((one) => `${one.name}: ${sides(one)}`),
    `scripts: ${sides(shortened(scripts))}`,
    `recipe: ${sides(shortened(recipe))}`,
    `base AMI: ${sides(baseAmi)}`,
    `images on disk: ${bytesText(bytesOnDisk)}`,
  ];
  const table = formatTable(
    [
      { title: 'image' },
      { title: 'from' },
      { title: 'to' },
      { title: 'digest' },
      { title: 'bytes', align: 'right' },
    ],
    images.map(({ family, from, to }) => [
      family,
      from?.osVersion ?? '-',
      to?.osVersion ?? '-',
      digestText(from?.digest, to?.digest),
      formatBytes(to?.bytesOnDisk ?? from?.bytesOnDisk ?? 0),
    ]),
    width,
  );
  return `${lines.join('\n')}\n\n${table}`;
}

function sides({ from, isSame, to }: Change<string>): string {
  return isSame ? `${to ?? 'not recorded'}, the same` : `${from ?? 'none'} -> ${to ?? 'none'}`;
}

/** A SHA-256 and an ARN by what people compare. */
function shortened({ from, isSame, to }: Change<string>): Change<string> {
  const short = (text: string | null) =>
    text === null ? null : /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 8) : text.replace(/^.*\//, '');
  return { from: short(from), to: short(to), isSame };
}

function updatesText({ updates }: PublicationDiff): string {
  if (updates === null) {
    return 'not recorded by one of them';
  }
  const { added, removed } = updates;
  const texts = [...added.map((one) => `+${one}`), ...removed.map((one) => `-${one}`)];
  return texts.length === 0 ? 'the same' : texts.join(' ');
}

function bytesText({ from, to }: Change<number>): string {
  const [before, after] = [from ?? 0, to ?? 0];
  const more = after - before;
  return `${formatBytes(after)}${more === 0 ? ', the same' : `, ${formatBytes(Math.abs(more))} ${more > 0 ? 'more' : 'less'}`}`;
}

function digestText(from: string | undefined, to: string | undefined): string {
  return from === to
    ? 'same'
    : from === undefined
      ? 'added'
      : to === undefined
        ? 'removed'
        : `${from.slice(7, 13)} -> ${to.slice(7, 13)}`;
}

/** Reads them with the caller's credentials. */
export const readManifests: ReadManifests = async (place, name, publications) => {
  const { caller, region } = await signIn(place);
  return explaining({ doing: `read publications of ${name}`, region }, async () => {
    const description = await readPipeline(new SSMClient({ region }), place.prefix, name, caller, region);
    const { documents, stores } = operatePorts(description);
    const home = await homeParameters(stores, description);
    const lookup = { documents, home, path: pipelinePath(description) };
    return Promise.all(publications.map((one) => findManifest(lookup, one)));
  });
};
