import { WinbakeError } from '../../../lib/contract/values/errors';
import type { JsonObject } from '../../../lib/contract/values/json';
import { type DocumentKind, type Neighbours, refusalText } from '../../../lib/core/aws-rules/rule';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';
import { checkDocument } from '../../../lib/core/aws-rules/rules';
import { UNKNOWN } from '../../../lib/core/aws-rules/values';
import { UnmodelledError } from '../cloudformation/environment';
import type { AssemblyStack } from '../cloudformation/assembly';
import type { StackModel } from '../cloudformation/stack-model';

/**
 * What Image Builder refuses only once a pipeline has such a workflow: it says so in words of its own, which
 * `refusedWorkflows` has.
 */
const WITH_THE_PIPELINE = ['workflow/image-id', 'pipeline/image-id'];

/** Refuses what Image Builder would when it is created, by the rules that the constructs' documents are held to as well. */
export function requireRules(
  kind: DocumentKind,
  where: string,
  document: JsonObject,
  neighbours?: Neighbours,
): void {
  const refusal = checkDocument(kind, document, neighbours).find(
    ({ rule }) => !WITH_THE_PIPELINE.includes(rule),
  );
  if (refusal !== undefined) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `Image Builder would refuse ${where}: ${refusalText(refusal)}.`,
    );
  }
}

/** Refuses a template with a resource that its service would not take. */
export function requireTemplateRules({ name, template }: AssemblyStack): void {
  const refusal = checkTemplate({ ...template }).find(({ rule }) => !WITH_THE_PIPELINE.includes(rule));
  if (refusal !== undefined) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The deployment of ${name} would fail at ${refusal.logicalId}: ${refusalText(refusal)}.`,
    );
  }
}

/** A resource as its service would receive it; what the rehearsal has no model for is unknown. */
export function documentOf({
  logicalId,
  stack,
}: {
  readonly logicalId: string;
  readonly stack: StackModel;
}): JsonObject {
  const names = Object.keys(stack.raw(logicalId));
  return Object.fromEntries(
    names.map((name) => {
      try {
        return [name, stack.properties(logicalId, [name])[name]];
      } catch (error) {
        if (error instanceof UnmodelledError) {
          return [name, UNKNOWN];
        }
        throw error;
      }
    }),
  );
}
