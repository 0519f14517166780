import { UsageError } from '../../contract/values/errors';
import { type GatePolicy, MOST_PREVIOUS_REVISIONS } from '../../contract/values/gate-policy';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { parseRelease, type Release } from '../../contract/values/release';
import { FAMILY_NAMES, familyOf, isBuiltOnServerCore, type ImageFamily } from './family';
import { namesOwnImage, parseOwnImage } from './own-image';

/**
 * An image that is cached beside a pipeline's families, where there is one. It never blocks, delays or orders a bake: the
 * next bake takes what there is.
 */
export interface ImageExtra {
  /** Its tags; its name holds an `@`, such as `servercore@2022`, and so do image sets, manifests and findings. */
  readonly family: ImageFamily;
  /**
   * The family, or the previous revision of one, of which the newest older image is taken; undefined where the newest one that
   * fits is.
   */
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
  "a further family such as 'framework-sdk'; 'servercore@2022' on 2025; an own repository such as " +
  "'tools=contoso/tools:ltsc2022,*-ltsc2022', where * stands for a number; or an own image of another registry such as " +
  "'shop=shop.azurecr.io/web:7'";

/** Whether the name of an image in a set or manifest is that of an extra. */
export function isExtra(family: string): boolean {
  return family.includes('@');
}

/** Of which family, and how many revisions before its own, an image is by its name; undefined for any other image. */
export function previousRevisionOf(
  name: string,
): { readonly family: string; readonly revisionsBefore: number } | undefined {
  const [, family, number] = /^([a-z0-9-]+)@previous(\d?)$/.exec(name) ?? [];
  return family === undefined ? undefined : { family, revisionsBefore: Number(number) || 1 };
}

/**
 * Extras that need nothing of each other, group by group, in their order: a previous revision goes by the one after it, and
 * what is built on servercore by servercore's.
 */
export function inTurn(extras: readonly ImageExtra[]): readonly (readonly ImageExtra[])[] {
  const turnOf = ({ family }: ImageExtra) => {
    const of = previousRevisionOf(family.name);
    return of === undefined ? 0 : 2 * of.revisionsBefore + Number(of.family !== 'servercore');
  };
  const groups = [...Map.groupBy(extras, turnOf)].sort(([one], [other]) => one - other);
  return groups.map(([, together]) => together);
}

/** The servercore that the image of a previous revision is built on, by its name; undefined for one that is built on none. */
export function baseOfPrevious({ family }: ImageExtra): string | undefined {
  const of = previousRevisionOf(family.name);
  return of === undefined || !isBuiltOnServerCore(family)
    ? undefined
    : previousName('servercore', of.revisionsBefore);
}

/** How many previous revisions are cached unless something else is asked for. */
export function defaultPreviousRevisions({ needsEqualRevision }: Release): number {
  return needsEqualRevision ? 0 : 1;
}

/** The images of the families themselves, by which a set or AMI is judged. */
export function familyImages<T extends { readonly family: string }>(images: readonly T[]): readonly T[] {
  return images.filter(({ family }) => !isExtra(family));
}

/** What a policy caches beside the families. */
export type CachedBeside = Pick<GatePolicy, 'extras' | 'previousRevisions'>;

/**
 * The extras that a policy names in their order, see `EXTRA_FORMS`, and after them the families' previous revisions, the
 * newest first. Throws a `UsageError` for what cannot be one.
 */
export function parseImageExtras(
  { extras, previousRevisions }: CachedBeside,
  context: ExtraContext,
): readonly ImageExtra[] {
  const named = extras.map((text) => parseImageExtra(text, context));
  const names = named.map(({ family }) => family.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`The extra ${twice} is named twice.`);
  }
  return [...named, ...previousExtras(previousRevisions, context)];
}

/** Throws a `UsageError` where a line is named of what is neither a family nor a further one among the extras. */
export function checkLines(extras: readonly ImageExtra[], { families, lines = {} }: ExtraContext): void {
  const named = extras.filter(({ previousOf }) => previousOf === undefined);
  const followed = [...families, ...named.map(({ family }) => family.name.replace(/@extra$/, ''))];
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
    const isOwn = namesOwnImage(text);
    return {
      family: checkedName(isOwn ? parseOwnImage(text, release) : ownRepository(text, release)),
      previousOf: undefined,
    };
  }
  if (/^([a-z0-9-]+@)?previous$/.test(text)) {
    throw new UsageError(
      `Previous revisions are no extra; got: '${text}'. "previousRevisions", or --previous-revisions, says how many of all families are cached.`,
    );
  }
  const [, name = '', which] = /^([a-z0-9-]+)(?:@(\d{4}))?$/.exec(text) ?? [];
  if (name === '') {
    throw new UsageError(`An extra is ${EXTRA_FORMS}; got: '${text}'.`);
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

function previousExtras(
  revisions: number,
  { at, families, lines = {}, release }: ExtraContext,
): readonly ImageExtra[] {
  if (!Number.isInteger(revisions) || revisions < 0 || revisions > MOST_PREVIOUS_REVISIONS) {
    throw new UsageError(
      `As many as ${MOST_PREVIOUS_REVISIONS} previous revisions are cached, or 0; got: ${revisions}.`,
    );
  }
  if (release.needsEqualRevision && revisions > 0) {
    throw new UsageError(
      `Windows Server ${release.name} runs images of its own revision only, so no previous one is cached; got: ${revisions}. Leave it out, or say 0.`,
    );
  }
  return Array.from({ length: revisions }, (_, index) =>
    families.map((name): ImageExtra => {
      const previousOf = index === 0 ? name : previousName(name, index);
      return {
        family: { ...familyOf(name, release, lines[name], at), name: previousName(name, index + 1) },
        previousOf,
      };
    }),
  ).flat();
}

/** `servercore@previous`, and of the revision before that `servercore@previous2`. */
function previousName(family: string, revisionsBefore: number): string {
  return `${family}@previous${revisionsBefore === 1 ? '' : revisionsBefore}`;
}

function checkedName(family: ImageFamily): ImageFamily {
  const [name = ''] = family.name.split('@');
  if (FAMILY_NAMES.includes(name)) {
    throw new UsageError(
      `The name ${name} is that of a family of its own; give your repository another one.`,
    );
  }
  return family;
}

const OWN_REPOSITORY = /^([a-z][a-z0-9-]{0,29})=([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([^:]+)$/;
const TAG = /^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$/;

function ownRepository(text: string, release: Release): ImageFamily {
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
 * The host that an extra's image is chosen for: the pipeline's own, one just below the image that it is the previous revision
 * of, or any of the other release. Undefined where there is no such image.
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
