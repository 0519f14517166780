import type { ImageSet } from '../../contract/documents/catalog';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import { ownImages } from '../resolve/image-extra';
import type { Expectation } from './expect-newer';
import type { GateInput } from './gate-input';
import { after, type Thresholds } from '../../contract/documents/gate-policy';

/**
 * Why a bake of a set is due, or undefined where nothing calls for one: a newer accepted set, changed recipe or scripts, a
 * base AMI where the policy asks for it at once, age, Patch Tuesday without images, or a person.
 */
export function whyBake(
  input: GateInput,
  set: ImageSet,
  expectation: Expectation,
  at: Thresholds,
): string | undefined {
  const { catalog, forced, now, policy, standing } = input;
  if (forced === true) {
    return 'A person asked for it.';
  }
  if (standing?.set === undefined || standing.set === null) {
    return `Nothing is baked yet; the image set ${set.id} for ${set.target} is ready.`;
  }
  const baked = catalog.sets.find((known) => known.id === standing.set);
  if (baked === undefined || differsInVersions(baked, set)) {
    return `The image set ${set.id} for ${set.target} is newer than what is baked.`;
  }
  if (digestOf(baked, 'servercore') !== digestOf(set, 'servercore')) {
    return `servercore was pushed again under ${set.target}, and the other families followed.`;
  }
  if (standing.recipeArn !== input.recipeArn || standing.scriptsSha256 !== input.scriptsSha256) {
    return `The recipe, its components or the scripts changed since the last bake of ${set.target}.`;
  }
  if (policy.baseAmi === 'atOnce' && standing.baseAmiId !== input.baseAmiId) {
    return `The base AMI ${input.baseAmiId} is newer than the baked one.`;
  }
  if (expectation.state === 'inVain' && new Date(standing.at) < lastPatchTuesday(now)) {
    return `No family moved past ${set.target} since Patch Tuesday; the host is updated with the images there are.`;
  }
  if (at.passed(after(new Date(standing.at), policy.maxAgeSeconds))) {
    return `The last bake is older than ${policy.maxAgeSeconds / 86_400} days.`;
  }
  return undefined;
}

function differsInVersions(baked: ImageSet, set: ImageSet): boolean {
  return versionsOf(baked) !== versionsOf(set);
}

function versionsOf(set: ImageSet): string {
  const versions = ownImages(set.images).map(
    ({ family, repository, osVersion }) => `${family} ${repository} ${osVersion}`,
  );
  return versions.sort().join(', ');
}

function digestOf(set: ImageSet, family: string): string | undefined {
  return set.images.find((image) => image.family === family)?.digest;
}
