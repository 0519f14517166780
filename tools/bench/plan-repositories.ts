import { RELEASES, type ReleaseName } from '../../lib/contract/values/release';
import { publishedMonths, type PublishedMonth } from './published-images';

/** A tag to push: a manifest list with the OS version in its entry, or one image with the version in its config only. */
export interface PlannedTag {
  readonly tag: string;
  readonly form: 'list' | 'single';
  readonly osVersion: string;
}

/** A repository to push, with as many layers per image as its family has. */
export interface PlannedRepository {
  readonly repository: string;
  readonly layers: number;
  readonly tags: readonly PlannedTag[];
}

/** Tags of each repository. */
export const TAGS_PER_REPOSITORY = 2000;

type Channels = Readonly<Partial<Record<ReleaseName, string>>>;

const CHANNELS: Readonly<Record<ReleaseName, string>> = {
  '2016': 'ltsc2016',
  '2019': 'ltsc2019',
  '2022': 'ltsc2022',
  '2025': 'ltsc2025',
};

/** There is no maintained Nano Server image for 2016, and the one for 2019 has its older name. */
const NANOSERVER_CHANNELS: Channels = { '2019': '1809', '2022': 'ltsc2022', '2025': 'ltsc2025' };

/** Channels that ended: their tags stay in the registry, and no host of ours asks for them. */
const ENDED: readonly PlannedTag[] = [
  { tag: '1709', form: 'list', osVersion: '10.0.16299.1087' },
  { tag: '1803', form: 'list', osVersion: '10.0.17134.1130' },
  { tag: '1903', form: 'list', osVersion: '10.0.18362.1256' },
  { tag: '20H2', form: 'list', osVersion: '10.0.19042.1889' },
];

/** The four default families' repositories, each with `TAGS_PER_REPOSITORY` tags in the forms that Microsoft uses. */
export function planRepositories(): readonly PlannedRepository[] {
  return [
    { repository: 'windows/servercore', layers: 2, tags: baseTags(CHANNELS) },
    { repository: 'windows/nanoserver', layers: 1, tags: baseTags(NANOSERVER_CHANNELS) },
    { repository: 'windows/servercore/iis', layers: 6, tags: datedTags(['']) },
    { repository: 'dotnet/framework/aspnet', layers: 12, tags: datedTags(['4.8.1-', '4.8-', '4.7.2-']) },
  ];
}

/** Full-revision tags and tags by update, lists and single images; filled up with updates of channels that ended. */
function baseTags(channels: Channels): readonly PlannedTag[] {
  const tags = RELEASES.flatMap((release) => {
    const channel = channels[release.name];
    if (channel === undefined) {
      return [];
    }
    const months = publishedMonths(release);
    return [
      ...newestOf(months).flatMap((month) => bothForms(channel, month)),
      ...months.flatMap((month) => [
        ...bothForms(month.osVersion, month),
        ...bothForms(`${channel}-${month.update}`, month),
      ]),
    ];
  });
  return filledUp(tags, ({ tag, ...image }, index) => ({ ...image, tag: `${tag}-KB${4_000_000 + index}` }));
}

/** Floating and dated tags of single images, with a prefix for each line; filled up with days of channels that ended. */
function datedTags(prefixes: readonly string[]): readonly PlannedTag[] {
  const single = (tag: string, { osVersion }: PublishedMonth): PlannedTag => ({
    tag,
    form: 'single',
    osVersion,
  });
  const tags = RELEASES.flatMap((release) => {
    const months = publishedMonths(release);
    const suffix = `windowsservercore-${CHANNELS[release.name]}`;
    return prefixes.flatMap((prefix) => [
      ...newestOf(months).map((month) => single(`${prefix}${suffix}`, month)),
      ...months.map((month) => single(`${prefix}${month.date}-${suffix}`, month)),
    ]);
  });
  return filledUp(tags, ({ tag, osVersion }, index) => ({
    tag: `${prefixes.at(-1) ?? ''}${day(index)}-windowsservercore-${tag}`,
    form: 'single',
    osVersion,
  }));
}

function bothForms(tag: string, { osVersion }: PublishedMonth): readonly PlannedTag[] {
  return [
    { tag, form: 'list', osVersion },
    { tag: `${tag}-amd64`, form: 'single', osVersion },
  ];
}

function newestOf(months: readonly PublishedMonth[]): readonly PublishedMonth[] {
  return months.slice(0, 1);
}

function filledUp(
  tags: readonly PlannedTag[],
  filler: (channel: PlannedTag, index: number) => PlannedTag,
): readonly PlannedTag[] {
  const missing = TAGS_PER_REPOSITORY - tags.length;
  return [
    ...tags,
    ...Array.from({ length: missing }, (_, index) => ENDED[index % ENDED.length])
      .filter((channel) => channel !== undefined)
      .map(filler),
  ];
}

function day(index: number): string {
  return new Date(Date.UTC(2018, 0, 1 + index)).toISOString().slice(0, 10).replaceAll('-', '');
}
