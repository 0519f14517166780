import { Command, Option } from 'commander';
import { formatBytes } from '../../lib/contract/values/printable';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { formatOsVersion } from '../../lib/contract/values/os-version';
import {
  bytesOf,
  coverageOn,
  type HostCache,
  type HostCoverage,
  verdictOn,
} from '../../lib/core/coverage/coverage';
import type { ImageReading, LayeredImage } from '../../lib/core/coverage/layered-image';
import { type ImageReference, parseDockerImageName } from '../../lib/core/oci/image-reference';
import {
  parseBuildArgument,
  noValue,
  parseDockerfile,
  readDockerfileText,
  windowsBases,
} from '../shared/dockerfile';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { parseBytes } from '../shared/option-values';
import { MICROSOFT, readByName } from '../shared/registries';
import { formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { type CoveredHosts, type HostOptions, hostOptions, withCoveredHosts } from './covered-hosts';

interface CoverageOptions extends HostOptions {
  readonly file?: readonly string[];
  readonly buildArg?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly maxBytes?: number;
  readonly json?: boolean;
}

/** What hosts would still pull of an image, and what is to be said of that. */
interface CoveredImage {
  readonly reference: string;
  readonly platformDigest: string | null;
  readonly osVersion: string | null;
  /** On the first host, as `missingBytes`. */
  readonly runs: boolean | null;
  readonly missingBytes: number | null;
  readonly hosts: readonly HostCoverage[];
  readonly code: string | null;
  readonly message: string | null;
}

/** `winbake coverage`: what a host would still pull before a task of an image starts. */
export function coverageCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('coverage')
    .description(
      'Says which layers and bytes of an image a host would still pull: a host of the channel current, one of latest, and one after the next bake. ' +
        'The rest is cached in its AMI. For a Dockerfile it is the image that its last Windows stage begins with.',
    )
    .argument('[image...]', 'images of any registry, such as shop.azurecr.io/web:7')
    .addOption(
      new Option('--file <dockerfile>', 'Dockerfile; may be repeated').argParser(
        (text, before?: readonly string[]) => [...(before ?? []), text],
      ),
    )
    .option('--build-arg <name=value>', 'value of an ARG before FROM; may be repeated', parseBuildArgument)
    .option('--max-bytes <size>', 'most that a host of the first kind may pull, such as 300MB', parseBytes);
  hostOptions().forEach((option) => command.addOption(option));
  command
    .option('--json', 'print one JSON document')
    .action(async (names: string[], options: CoverageOptions) => {
      finish(await coverage(names, options, terminal));
    });
  return addHelp(command, terminal, {
    notes:
      'Private registries are read with the login that docker has (docker login, credential helpers), ECR with your AWS credentials. ' +
      'Without --as-of a --release has no history, and all three hosts are those of a bake of now.',
    examples: [
      ['winbake coverage shop.azurecr.io/web:7 --pipeline 2022-core', 'what each new host still pulls'],
      ['winbake coverage --file Dockerfile --pipeline 2022-core --max-bytes 300MB', 'a check for a build'],
      [
        'winbake coverage mcr.microsoft.com/windows/servercore:10.0.20348.4171 --release 2022 --as-of 2025-10-20',
        'an image of the month before, on recorded history',
      ],
    ],
    exitCodes:
      '0 every image runs, within --max-bytes; 1 something could not be read; 2 wrong usage; 3 an image cannot run or pulls more.',
  });
}

/** What is asked about: an image, or for a Dockerfile the images of its stages, the last first. */
interface Subject {
  /** How people named it. */
  readonly title: string;
  readonly references: readonly SubjectImage[];
}

/** An image, or that of a FROM whose variable has no value, and why. */
type SubjectImage =
  | { readonly name: string; readonly reference: ImageReference; readonly fault?: undefined }
  | { readonly name: string; readonly fault: string };

async function coverage(
  names: readonly string[],
  options: CoverageOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const subjects = [
    ...names.map((name): Subject => ({
      title: name,
      references: [{ name, reference: parseDockerImageName(name) }],
    })),
    ...(options.file ?? []).map((file) => subjectOfFile(file, options.buildArg)),
  ];
  if (subjects.length === 0) {
    throw new UsageError('Name an image, or a Dockerfile by --file; see winbake coverage --help.');
  }
  return withCoveredHosts(options, async (covered) => {
    let done = 0;
    const progress = (text: string) => {
      if (terminal.isWatched === true && subjects.length > 1) {
        terminal.err(text);
      }
    };
    const images = await Promise.all(
      subjects.map(async (subject) => {
        const image = await coverSubject(subject, covered, options.maxBytes);
        done += 1;
        progress(`\rRead ${done} of ${subjects.length} images.`);
        return image;
      }),
    );
    progress('\r\u001b[K');
    printAnswer(terminal, options.json, {
      schema: 'winbake.coverage/1',
      document: { images },
      text: (width) => describe(subjects, images, covered.hosts, width),
    });
    return exitCodeOf(images);
  });
}

/** Of several images the gravest counts: what could not be read hides an answer. */
function exitCodeOf(images: readonly CoveredImage[]): ExitCode {
  const codes = images.map(({ code }) => code);
  if (codes.every((code) => code === null)) {
    return ExitCode.DONE;
  }
  return codes.every((code) => code === null || NO_CODES.includes(code)) ? ExitCode.NO : ExitCode.FAILED;
}

const NO_CODES: readonly string[] = ['CANNOT_RUN', 'OVER_LIMIT', 'LINUX_ONLY', 'NO_WINDOWS_IMAGE'];

function subjectOfFile(file: string, buildArguments: Readonly<Record<string, string>> | undefined): Subject {
  const bases = windowsBases(parseDockerfile(readDockerfileText(file), file, buildArguments));
  const references = bases.map((base): SubjectImage => {
    const { name } = base;
    if (name === undefined) {
      return { name: base.text, fault: noValue(base, file) };
    }
    try {
      return { name, reference: parseDockerImageName(name) };
    } catch (error) {
      const sentence = error instanceof UsageError ? error.message : String(error);
      throw new UsageError(`Line ${base.line} of the Dockerfile '${file}': ${sentence}`, { cause: error });
    }
  });
  return { title: file, references };
}

async function coverSubject(
  { references, title }: Subject,
  covered: CoveredHosts,
  maxBytes: number | undefined,
): Promise<CoveredImage> {
  const [first] = references;
  if (first === undefined) {
    const message = `The Dockerfile '${title}' has no Windows stage: it is built from scratch, or for Linux.`;
    return without('scratch', 'NO_WINDOWS_IMAGE', message);
  }
  let last: CoveredImage | undefined;
  for (const one of references) {
    if (one.fault !== undefined) {
      return without(one.name, 'NO_VALUE', one.fault);
    }
    const image = await coverImage(one.name, one.reference, covered, maxBytes);
    if (image.code !== 'LINUX_ONLY') {
      return image;
    }
    last ??= image;
  }
  return last ?? without(first.name, 'NO_WINDOWS_IMAGE', `${first.name} is no Windows image.`);
}

async function coverImage(
  name: string,
  reference: ImageReference,
  covered: CoveredHosts,
  maxBytes: number | undefined,
): Promise<CoveredImage> {
  let reading: ImageReading;
  try {
    reading = await readImage(name, reference, covered);
  } catch (error) {
    if (error instanceof WinbakeError && !(error instanceof UsageError)) {
      return without(name, error.code, error.message);
    }
    throw error;
  }
  if (reading.code !== undefined) {
    return without(name, reading.code, reading.message);
  }
  const { image } = reading;
  const hosts = covered.hosts.map((host) => coverageOn(host, image));
  return {
    reference: name,
    platformDigest: image.platformDigest,
    osVersion: formatOsVersion(image.osVersion),
    runs: hosts[0]?.runs ?? null,
    missingBytes: hosts[0]?.missingBytes ?? null,
    hosts,
    ...verdictOn(image, covered.hosts, maxBytes),
  };
}

/** An image by its name: of what is on record, else as its registry has it. Throws what the registry throws. */
async function readImage(
  name: string,
  reference: ImageReference,
  { bytesOf: onRecord, hosts, known, registries }: CoveredHosts,
): Promise<ImageReading> {
  const recorded = known(reference);
  if (recorded !== undefined) {
    return { image: recorded };
  }
  const host = hosts.find(({ osVersion }) => osVersion !== null)?.osVersion ?? undefined;
  const reading = await readByName(registries, name, reference, host);
  if (onRecord === undefined || reference.registry !== MICROSOFT) {
    return reading;
  }
  if (reading.code === 'NOT_FOUND') {
    const message = `${name} is not in recorded history at that moment; to read it in a registry say --registry URL.`;
    return { code: reading.code, message };
  }
  return reading.code === undefined ? { image: withRecordedBytes(reading.image, onRecord) } : reading;
}

function withRecordedBytes(
  image: LayeredImage,
  onRecord: (layer: string) => number | undefined,
): LayeredImage {
  return {
    ...image,
    layers: image.layers.map(({ digest }) => ({ digest, bytes: onRecord(digest) ?? null })),
  };
}

function without(reference: string, code: string, message: string): CoveredImage {
  const runs = NO_CODES.includes(code) ? false : null;
  return {
    reference,
    platformDigest: null,
    osVersion: null,
    runs,
    missingBytes: null,
    hosts: [],
    code,
    message,
  };
}

function describe(
  subjects: readonly Subject[],
  images: readonly CoveredImage[],
  hosts: readonly HostCache[],
  width: number | undefined,
): string {
  return images
    .map((image, index) => {
      const { title } = subjects[index] ?? { title: image.reference };
      const name = title === image.reference ? title : `${title}: ${image.reference}`;
      const sentence = image.message === null ? '' : `${image.message}\n`;
      return image.osVersion === null
        ? `${name}\n${sentence}`
        : `${name}\n${headOf(image)}\n\n${tableOf(image, hosts, width)}${sentence}`;
    })
    .join('\n');
}

function headOf({ hosts, osVersion }: CoveredImage): string {
  const layers = hosts[0]?.layers ?? [];
  const bytes = bytesOf(layers);
  const size = bytes === null ? 'of bytes that are not all on record' : formatBytes(bytes);
  const count = `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`;
  return bytes === null
    ? `Windows ${osVersion ?? ''}, ${count} ${size}`
    : `Windows ${osVersion ?? ''}, ${size} in ${count}`;
}

function sizeOf(bytes: number | null): string {
  return bytes === null ? 'unknown' : formatBytes(bytes);
}

/** Hosts that answer alike share a line. */
function tableOf(image: CoveredImage, caches: readonly HostCache[], width: number | undefined): string {
  const rows = image.hosts.map(({ cachedBytes, channel, layers, missingBytes, runs }) => {
    const version = caches.find((one) => one.channel === channel)?.osVersion ?? null;
    const pulled = layers.filter(({ cached }) => cached === false).length;
    const isKnown = layers.every(({ cached }) => cached !== null);
    return {
      channel,
      cells: [
        version === null ? 'unknown' : formatOsVersion(version),
        runs === null ? 'unknown' : runs ? 'yes' : 'no',
        isKnown ? sizeOf(missingBytes) : 'unknown',
        isKnown ? `${pulled} of ${layers.length}` : 'unknown',
        isKnown ? sizeOf(cachedBytes) : 'unknown',
      ],
    };
  });
  const alike = Map.groupBy(rows, ({ cells }) => cells.join('\n'));
  return formatTable(
    [
      { title: 'host' },
      { title: 'OS version' },
      { title: 'runs' },
      { title: 'still pulls', align: 'right' },
      { title: 'layers', align: 'right' },
      { title: 'cached', align: 'right' },
    ],
    [...alike.values()].map((group) => [
      group.map(({ channel }) => channel).join(', '),
      ...(group[0]?.cells ?? []),
    ]),
    width,
  );
}
