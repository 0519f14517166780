import { parseDocument } from '../../contract/documents/document';
import { type Verification, verificationSchema } from '../../contract/documents/evidence';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Fact, ProofFacts, SeenBake, SeenFile, SeenFleet, SeenStep, SeenWorkflow } from './facts';

/** What was seen for or against a claim, or why it could not be looked for. */
export type Sign = { readonly for: string } | { readonly against: string } | { readonly hidden: string };

/** What a deployment shows of one claim. */
export interface ClaimSigns {
  readonly signs: (facts: ProofFacts) => readonly Sign[];
  /** What is missing where there is no sign. */
  readonly ifNone: string;
}

/** Some, one or none. */
export type Signs = Sign | readonly Sign[] | undefined;

/** The signs in what was read; where it was not, that it is hidden. */
export function within<T>(fact: Fact<T>, find: (seen: T) => Signs): readonly Sign[] {
  return 'seen' in fact ? listed(find(fact.seen)) : [{ hidden: fact.missing }];
}

/** The signs in each of what was read. */
export function inEach<T>(fact: Fact<readonly T[]>, find: (seen: T) => Signs): readonly Sign[] {
  return within(fact, (all) => all.flatMap((one) => listed(find(one))));
}

/** Signs of each image of the pipeline. */
export function ofBakes(ifNone: string, find: (bake: SeenBake, facts: ProofFacts) => Signs): ClaimSigns {
  return { ifNone, signs: (facts) => inEach(facts.bakes, (bake) => find(bake, facts)) };
}

/** Signs of each fleet that follows the pipeline. */
export function ofFleets(ifNone: string, find: (fleet: SeenFleet, facts: ProofFacts) => Signs): ClaimSigns {
  return { ifNone, signs: (facts) => inEach(facts.fleets, (fleet) => find(fleet, facts)) };
}

/** A sign for a claim where it is so, and against it where not. */
export function decided(isSo: boolean, text: string): Sign {
  return isSo ? { for: text } : { against: text };
}

/** The last part of an ARN, by which people know an image. */
export function shortName(arn: string): string {
  return arn.replace(/^.*:(?:image|component|workflow)\//, '');
}

/** A text as the JSON object that it is, or undefined. */
export function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function listed(signs: Signs): readonly Sign[] {
  return signs === undefined ? [] : Array.isArray(signs) ? (signs as readonly Sign[]) : [signs as Sign];
}

/** The steps that have launched an instance. */
export function launchesIn(steps: readonly SeenStep[]): readonly SeenStep[] {
  return steps.filter(({ action, status }) => action === 'LaunchInstance' && status === 'COMPLETED');
}

const DENIED = /not authorized to perform|AccessDenied|UnauthorizedOperation|KMS key .* is not accessible/;

/** What was denied to Image Builder. What a component is denied is denied to its instance, also where the image's reason repeats it. */
export function denialsIn({ reason }: SeenBake, workflows: readonly SeenWorkflow[]): readonly string[] {
  const steps = workflows.flatMap((one) => one.steps);
  const own = steps.filter(({ action }) => action !== 'ExecuteComponents');
  const isOfInstance = steps.some((step) => !own.includes(step) && DENIED.test(step.message));
  return [...(isOfInstance ? [] : [reason]), ...own.map(({ message }) => message)].filter((text) =>
    DENIED.test(text),
  );
}

/** An image that was made by steps of which none names a denial. */
function madeWithout(
  bake: SeenBake,
  workflows: readonly SeenWorkflow[],
  denials: readonly string[],
): string | undefined {
  return bake.status === 'AVAILABLE' &&
    denials.length === 0 &&
    workflows.some(({ steps }) => launchesIn(steps).length > 0)
    ? `${shortName(bake.arn)} is ${bake.status}, and no step names a denial`
    : undefined;
}

/** Whether an image was made, or Image Builder denied something. */
export function withoutDenial(bake: SeenBake): readonly Sign[] {
  return within(bake.workflows, (workflows) => {
    const denials = denialsIn(bake, workflows);
    const made = madeWithout(bake, workflows, denials);
    return denials[0] !== undefined
      ? { against: `${shortName(bake.arn)}: ${denials[0]}` }
      : made === undefined
        ? undefined
        : { for: made };
  });
}

/** Whether an encrypted image was made, or a key denied; the snapshots that were read are those of the image that `latest` shows. */
export function encryptedWithoutDenial(bake: SeenBake, { latest, snapshots }: ProofFacts): readonly Sign[] {
  return within(bake.workflows, (workflows) => {
    const denials = denialsIn(bake, workflows);
    const ofKey = denials.find((text) => /kms/i.test(text));
    const made = madeWithout(bake, workflows, denials);
    return ofKey !== undefined
      ? { against: `${shortName(bake.arn)}: ${ofKey}` }
      : made === undefined
        ? undefined
        : within(latest, (publication) =>
            publication?.imageBuildVersionArn !== bake.arn
              ? undefined
              : inEach(snapshots, ({ id, isEncrypted }) =>
                  isEncrypted ? { for: `${made}; ${id} is encrypted` } : undefined,
                ),
          );
  });
}

type Schema<T> = Parameters<typeof parseDocument<T>>[0];

/** A document that scripts of another Winbake wrote to its own schema says nothing of these. */
export function parses<T extends { readonly schema: string }>(
  file: SeenFile,
  schema: Schema<T>,
  name: T['schema'],
): Sign {
  try {
    parseDocument(schema, file.text, file.key);
    return { for: `${file.key} is a whole document` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return isOfOtherVersion(file.text, name) ? { hidden: message } : { against: message };
  }
}

function isOfOtherVersion(text: string, name: string): boolean {
  const own = jsonOf(text)?.['schema'];
  const [kind = ''] = name.split('/');
  return typeof own === 'string' && own !== name && new RegExp(`^${kind}/\\d{1,9}$`).test(own);
}

/** A document, or undefined where it is none. */
export function parsed<T>(file: SeenFile, schema: Schema<T>): T | undefined {
  try {
    return parseDocument(schema, file.text, file.key);
  } catch {
    // That it is damaged is a sign against another claim.
    return undefined;
  }
}

/** Signs in what test instances found. */
export function ofVerifications(find: (verification: Verification) => readonly Sign[]): ClaimSigns {
  return {
    ifNone: 'No bake has been verified yet: winbake pipeline rebake NAME --reason "to see it".',
    signs: ({ verifications }) =>
      inEach(verifications, (file) => {
        const verification = parsed(file, verificationSchema);
        return verification === undefined ? undefined : find(verification);
      }),
  };
}

/** A check of a verification as a sign. */
export function checkSign({ detail, name, ok }: Verification['checks'][number]): Sign {
  return decided(ok, `check ${name}: ${ok ? 'ok' : 'failed'} ${detail}`.trim());
}
