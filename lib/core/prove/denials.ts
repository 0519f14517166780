import type { ProofFacts, SeenBake, SeenStep, SeenWorkflow } from './facts';
import { inEach, shortName, within, type Sign } from './sign';

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
