import type { JsonObject } from '../../lib/contract/values/json';
import { whyDenied, type Decision } from '../account/authorize';
import { statementCovers } from '../aws/iam/role-policies';
import type { Grant } from './grants';

/** A decision that was asked for while scenarios ran, and in which of them. */
export interface RecordedDecision extends Decision {
  readonly scenarios: ReadonlySet<string>;
}

/** Keeps the decisions of scenarios, each need of each caller once. */
export class DecisionRecord {
  private readonly kept = new Map<string, RecordedDecision & { readonly scenarios: Set<string> }>();

  /** Takes a decision of a scenario. */
  note(scenario: string, decision: Decision): void {
    const { caller, context, need } = decision;
    const key = JSON.stringify([caller.arn, need.action, need.resource, context]);
    const known = this.kept.get(key) ?? { ...decision, scenarios: new Set<string>() };
    known.scenarios.add(scenario);
    this.kept.set(key, known);
  }

  get all(): readonly RecordedDecision[] {
    return [...this.kept.values()];
  }
}

/** What is known of a grant from the decisions alone, before anything is taken away. */
export type GrantUsage =
  | { readonly kind: 'unused' }
  | { readonly kind: 'redundant'; readonly grantedBy: readonly Grant[] }
  /** With the scenarios in which nothing else allowed what it allows. */
  | { readonly kind: 'needed'; readonly scenarios: readonly string[] };

/** What a grant is for, by all decisions in which it had a part. */
export function usageOf(
  grant: Grant,
  grants: readonly Grant[],
  decisions: readonly RecordedDecision[],
): GrantUsage {
  const used = decisions.filter((one) => one.why === undefined && covers(grant, one));
  if (used.length === 0) {
    return { kind: 'unused' };
  }
  const others = grants.filter((one) => one !== grant);
  const needed = used.filter((one) => !isAllowedBy(others, one));
  if (needed.length > 0) {
    return { kind: 'needed', scenarios: [...new Set(needed.flatMap(({ scenarios }) => [...scenarios]))] };
  }
  return { kind: 'redundant', grantedBy: others.filter((other) => used.some((one) => covers(other, one))) };
}

const EVERYTHING: JsonObject = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Whether a grant is about what was decided, whatever else is. */
function covers(grant: Grant, decision: Decision): boolean {
  const { caller, context, need, policy } = decision;
  return statementsFor(decision, [grant]).some((statement) =>
    isOfCaller(grant)
      ? statementCovers(statement, need.action, need.resource, context)
      : isAllowed({
          ...decision,
          caller: { ...caller, statements: [EVERYTHING] },
          policy: { account: policy?.account ?? '', statements: [statement], isRequired: true },
        }),
  );
}

function isAllowedBy(grants: readonly Grant[], decision: Decision): boolean {
  const { caller, policy } = decision;
  const denies = (statements: readonly JsonObject[]) => statements.filter(({ Effect }) => Effect === 'Deny');
  const own = statementsFor(decision, grants.filter(isOfCaller));
  const granted = statementsFor(
    decision,
    grants.filter((one) => !isOfCaller(one)),
  );
  return isAllowed({
    ...decision,
    // Whoever is no role of the stacks has its own rights.
    caller:
      caller.context['aws:PrincipalType'] === 'AssumedRole'
        ? { ...caller, statements: [...denies(caller.statements), ...own] }
        : caller,
    policy: policy && { ...policy, statements: [...denies(policy.statements), ...granted] },
  });
}

/** What hangs on a managed policy of which only the name is known is not allowed. */
function isAllowed({ caller, context, need, policy }: Decision): boolean {
  return whyDenied({ ...caller, unknownPolicies: [] }, need, context, policy) === undefined;
}

function isOfCaller({ kind }: Grant): boolean {
  return kind === 'identity' || kind === 'managed';
}

/** The statements of grants that a decision hangs on: of the caller's role, or of the policy of the resource. */
function statementsFor({ caller, need }: Decision, grants: readonly Grant[]): readonly JsonObject[] {
  return grants.flatMap((grant) =>
    grant.places.flatMap(({ arn, statements }) => {
      const isHere = isOfCaller(grant)
        ? arn === caller.context['aws:PrincipalArn']
        : isPolicyOf(arn, need.resource);
      return isHere ? statements : [];
    }),
  );
}

/** The policy of a bucket is that of its objects too. */
function isPolicyOf(arn: string, resource: string): boolean {
  return arn === resource || resource.startsWith(`${arn}/`);
}
