import { UsageError } from '../../contract/values/errors';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { parseRelease, type Release } from '../../contract/values/release';
import { FAMILY_NAMES, familyOf, type ImageFamily } from './family';

/**
 * An image that is cached beside a pipeline's families, where there is one. It never blocks, delays or orders a bake: the
 * next bake takes what there is.
 */
export interface ImageExtra {
  /** Its tags; its name holds an `@`, such as `servercore@2022`, and so do image sets, manifests and findings. */
  readonly family: ImageFamily;
  /** The family of which the newest older image is taken; undefined where the newest one that fits is. */
  readonly previousOf: string | undefined;
}

/** What a pipeline caches anyway. */
export interface ExtraContext {
  readonly release: Release;
  readonly families: readonly string[];
  /** Lines that replace the live ones, by family. */
  readonly lines?: Readonly<Record<string, string>>;
  /** Whose live lines are meant; left out, today's. */
  readonly at?: Date;
}

/** How extras are written. */
export const EXTRA_FORMS =
  "a further family such as 'framework-sdk'; 'servercore@previous', or 'previous' for all families; 'servercore@2022' on " +
  "2025; or an own repository such as 'tools=contoso/tools:ltsc2022,*-ltsc2022', where * stands for a number";

/** Whether the name of an image in a set or manifest is that of an extra. */
export function isExtra(family: string): boolean {
  return family.includes('@');
}

/** The images of the families themselves, by which a set or AMI is judged. */
export function ownImages<T extends { readonly family: string }>(images: readonly T[]): readonly T[] {
  return images.filter(({ family }) => !isExtra(family));
}

/** The extras that texts name, in their order; see `EXTRA_FORMS`. Throws a `UsageError` for what cannot be one. */
export function parseImageExtras(texts: readonly string[], context: ExtraContext): readonly ImageExtra[] {
  const extras = texts
    .flatMap((text) => (text === 'previous' ? context.families.map((one) => `${one}@previous`) : text))
    .map((text) => parseImageExtra(text, context));
  const names = extras.map(({ family }) => family.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`The extra ${twice} is named twice.`);
  }
  return extras;
}

/** Throws a `UsageError` where a line is named of what is neither a family nor a further one among the extras. */
export function checkLines(extras: readonly ImageExtra[], { families, lines = {} }: ExtraContext): void {
  const followed = [...families, ...extras.map(({ family }) => family.name.replace(/@extra$/, ''))];
  const [name, line] = Object.entries(lines).find(([family]) => !followed.includes(family)) ?? [];
  if (name !== undefined) {
    throw new UsageError(
      `Nothing follows the line ${line ?? ''} of ${name}, which is not cached; cached are ${followed.join(', ')}. ` +
        `Cache ${name} too, or leave its line out.`,
    );
  }
}

function parseImageExtra(text: string, context: ExtraContext): ImageExtra {
  const { at, families, lines = {}, release } = context;
  if (text.includes('=')) {
    return { family: ownRepository(text, release), previousOf: undefined };
  }
  const [, name = '', which] = /^([a-z0-9-]+)(?:@(previous|\d{4}))?$/.exec(text) ?? [];
  if (name === '') {
    throw new UsageError(`An extra is ${EXTRA_FORMS}; got: '${text}'.`);
  }
  if (which === 'previous') {
    return previousRevision(name, context);
  }
  if (which !== undefined) {
    const guest = parseRelease(which);
    if (release.name !== '2025' || guest.name !== '2022') {
      throw new UsageError(
        `Only Windows Server 2025 runs images of another release, those of 2022; got: '${text}' for ${release.name}.`,
      );
    }
    return { family: { ...familyOf(name, guest, lines[text], at), name: text }, previousOf: undefined };
  }
  const family = familyOf(name, release, lines[name], at);
  if (families.includes(name)) {
    throw new UsageError(`The family ${name} is cached anyway; got it as an extra too.`);
  }
  return { family: { ...family, name: `${name}@extra` }, previousOf: undefined };
}

function previousRevision(name: string, { at, families, lines = {}, release }: ExtraContext): ImageExtra {
  if (release.needsEqualRevision) {
    throw new UsageError(
      `Windows Server ${release.name} runs images of its own revision only; got: '${name}@previous'.`,
    );
  }
  if (!families.includes(name)) {
    throw new UsageError(
      `A previous revision is one of a cached family, ${families.join(', ')}; got: '${name}@previous'.`,
    );
  }
  return {
    family: { ...familyOf(name, release, lines[name], at), name: `${name}@previous` },
    previousOf: name,
  };
}

/** What Docker takes for the host of a registry. */
const HOST = /^[a-z][a-z0-9-]*=((?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?)\//i;

const OWN_REPOSITORY = /^([a-z][a-z0-9-]{0,29})=([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([^:]+)$/;
const TAG = /^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$/;

function ownRepository(text: string, release: Release): ImageFamily {
  const [, host] = HOST.exec(text) ?? [];
  if (host !== undefined) {
    throw new UsageError(
      `An own repository lies in the pipeline's registry and is named without a host; got: '${text}'. ` +
        `Copy the image from ${host} into a registry that has the base images too, and name that as the registry of the pipeline.`,
    );
  }
  const [, name = '', repository = '', list = ''] = OWN_REPOSITORY.exec(text) ?? [];
  const tags = list.split(',');
  const floatingTags = tags.filter((tag) => !tag.includes('*'));
  const patterns = tags.filter((tag) => tag.includes('*'));
  const isWellFormed = tags.every((tag) => TAG.test(tag) && tag.split('*').length <= 2);
  if (name === '' || !isWellFormed || floatingTags.length === 0 || patterns.length > 1) {
    throw new UsageError(
      `An own repository is written NAME=REPOSITORY:TAG, with further tags and one pattern with a * after commas; got: '${text}'.`,
    );
  }
  if (FAMILY_NAMES.includes(name)) {
    throw new UsageError(
      `The name ${name} is that of a family of its own; give your repository another one.`,
    );
  }
  const [pattern] = patterns;
  return {
    name: `${name}@extra`,
    release,
    repository,
    line: undefined,
    floatingTags,
    datedTag: pattern === undefined ? undefined : numbered(pattern),
  };
}

/** A tag in which the * stands for a number; of several such tags the greatest is tried first. */
function numbered(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '(\\d{1,15})')}$`);
}

/** The revision of a host that takes the newest image there is. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * The host that an extra's image is chosen for: the pipeline's own, one just below the family's own image, or any of the
 * other release. Undefined where the family has no image.
 */
export function hostOfExtra(
  { family, previousOf }: ImageExtra,
  host: OsVersion,
  images: readonly { readonly family: string; readonly osVersion: string }[],
): OsVersion | undefined {
  if (previousOf !== undefined) {
    const own = images.find((image) => image.family === previousOf);
    const version = own && readOsVersion(own.osVersion);
    return version && { build: version.build, revision: version.revision - 1 };
  }
  return family.release.build === host.build ? host : { build: family.release.build, revision: NEWEST };
}
