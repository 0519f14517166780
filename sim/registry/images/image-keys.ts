import type { HistoryEvent } from '../../../lib/core/history/history-event';
import { isIndexType } from '../../../lib/core/oci/manifests';

/** The kinds of images whose layers and sizes the embedded registry knows how to declare. */
export type ImageKind =
  | 'servercore'
  | 'nanoserver'
  | 'server'
  | 'iis'
  | 'frameworkRuntime'
  | 'frameworkAspnet'
  | 'frameworkSdk'
  | 'dotnetAspnet'
  | 'dotnetRuntime'
  | 'other';

/** The image whose layers an image begins with; none for what begins with layers of its own. */
export type BaseKind = 'servercore' | 'nanoserver' | 'none';

const KINDS: readonly (readonly [suffix: string, kind: ImageKind])[] = [
  ['windows/servercore/iis', 'iis'],
  ['windows/servercore', 'servercore'],
  ['windows/nanoserver', 'nanoserver'],
  ['windows/server', 'server'],
  ['dotnet/framework/runtime', 'frameworkRuntime'],
  ['dotnet/framework/aspnet', 'frameworkAspnet'],
  ['dotnet/framework/sdk', 'frameworkSdk'],
  ['dotnet/aspnet', 'dotnetAspnet'],
  ['dotnet/runtime', 'dotnetRuntime'],
];

/** The kind of a repository's images, by the end of its name, so that a mirror's folder before it does not matter. */
export function kindOf(repository: string): ImageKind {
  const found = KINDS.find(([suffix]) => repository === suffix || repository.endsWith(`/${suffix}`));
  return found?.[1] ?? 'other';
}

/** On which base image a tag of a repository stands. */
export function baseOf(repository: string, tag: string): BaseKind {
  const kind = kindOf(repository);
  if (kind === 'servercore' || kind === 'nanoserver' || kind === 'server') {
    return 'none';
  }
  return tag.includes('nanoserver') ? 'nanoserver' : 'servercore';
}

/** What makes two events the same image: equal keys have equal bytes, different keys different digests. */
export interface ImageKeys {
  /** Of the manifest for windows/amd64. */
  readonly platform: string;
  /** Of the list; undefined where the tag resolves to a single manifest. */
  readonly list: string | undefined;
}

/**
 * The keys of each event of a history, which comes in the order of time.
 *
 * A recorded digest is the key. Where none was recorded, events of one repository, version line and OS version are one
 * image, whichever of its tags they are about and whenever a tag moved to it, forwards or back; a tag that moves to the
 * version where it already was has been pushed again, and from then on that image is another one.
 */
export function imageKeys(events: readonly HistoryEvent[]): ReadonlyMap<HistoryEvent, ImageKeys> {
  const keys = new Map<HistoryEvent, ImageKeys>();
  const generations = new Map<string, number>();
  const lastUnits = new Map<string, string>();
  for (const together of groupsOfOneInstant(events)) {
    const moves = together.map((event) => ({
      event,
      unit: unitOf(event),
      tag: `${event.repository}:${event.tag}`,
    }));
    const pushedAgain = moves.filter(({ unit, tag }) => unit !== undefined && lastUnits.get(tag) === unit);
    for (const unit of new Set(pushedAgain.map((move) => move.unit ?? ''))) {
      generations.set(unit, (generations.get(unit) ?? 1) + 1);
    }
    for (const { event, unit, tag } of moves) {
      keys.set(event, keysOf(event, `${unit ?? ''}, push ${generations.get(unit ?? '') ?? 1}`));
      lastUnits.set(tag, unit ?? '');
    }
  }
  return keys;
}

function keysOf(event: HistoryEvent, unit: string): ImageKeys {
  const { digest, mediaType, osVersion } = event;
  const isList = isIndexType(mediaType);
  const form = `${mediaType.includes('.oci.') ? 'oci' : 'docker'}, ${osVersion ?? 'version unknown'}`;
  const recorded = event.platformDigest ?? (isList ? null : digest);
  const platform = recorded ?? (digest === null ? unit : `image of ${digest}`);
  return {
    platform: `${platform}, ${form}`,
    list: isList
      ? `${digest ?? `list of ${platform === unit ? unit : `${platform}, ${unit}`}`}, ${form}`
      : undefined,
  };
}

/** What an event without a recorded digest is an image of; undefined where the digest is recorded. */
function unitOf(event: HistoryEvent): string | undefined {
  const { from, repository, tag, osVersion, digest, platformDigest } = event;
  if (digest !== null) {
    return undefined;
  }
  if (platformDigest !== null) {
    return `${repository} ${platformDigest}`;
  }
  return osVersion === null
    ? `${repository}:${tag} ${from}`
    : `${repository} ${lineOf(repository, tag)} ${osVersion}`;
}

/** `4.8.1` of a .NET Framework tag, `8.0` of a .NET tag (its patch number names the same image); empty elsewhere. */
function lineOf(repository: string, tag: string): string {
  const version = /^(\d+(?:\.\d+)+)(?:-\d{8})?-(?:windowsservercore|nanoserver)/.exec(tag)?.[1] ?? '';
  return repository.includes('framework') ? version : version.split('.').slice(0, 2).join('.');
}

function groupsOfOneInstant(events: readonly HistoryEvent[]): readonly HistoryEvent[][] {
  const groups: HistoryEvent[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    if (group?.[0]?.time === event.time) {
      group.push(event);
    } else {
      groups.push([event]);
    }
  }
  return groups;
}
