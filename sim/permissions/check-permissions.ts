import { createHash } from 'node:crypto';
import type { Denial } from '../account/simulated-accounts';
import type { AssemblyStack } from '../aws/cloudformation/assembly';
import { grantsOf, withoutGrant, type Grant } from './grants';
import { DENIED, ScenarioWorld, type ScenarioMeans } from './scenario-world';
import type { Scenario } from './scenarios';
import type { JsonObject } from '../../lib/contract/values/json';
import { whyDenied, type Decision } from '../account/authorize';
import { statementCovers } from '../aws/iam/role-policies';

/** What becomes of a deployment without a grant. */
export type Verdict =
  /** A scenario fails, and says what was denied. */
  | { readonly kind: 'caught'; readonly by: string; readonly text: string }
  /** A scenario ends, and somebody is shown the denial. */
  | { readonly kind: 'soft'; readonly by: string; readonly seen: string }
  /** Other grants allow all that it was asked for. */
  | { readonly kind: 'redundant'; readonly grantedBy: readonly string[] }
  /** No scenario asks for it. */
  | { readonly kind: 'unused' }
  /** A scenario asks for it, and nobody is shown that it was denied. */
  | { readonly kind: 'uncaught'; readonly by: readonly string[]; readonly text: string }
  /** It was not taken away in this part. */
  | { readonly kind: 'needed'; readonly by: readonly string[] };

/** A grant with its verdict. */
export interface CheckedGrant {
  readonly grant: Grant;
  readonly verdict: Verdict;
}

/** What is checked, and how much of it. */
export interface CheckOptions {
  readonly assembly: readonly AssemblyStack[];
  readonly means: ScenarioMeans;
  readonly scenarios: readonly Scenario[];
  /** Which of the grants that something asks for are taken away; absent: each. */
  readonly chosen?: ((asked: readonly Grant[]) => readonly Grant[]) | undefined;
  /** Called before each run with how far the check is. */
  readonly onProgress?: (done: number, of: number, what: string) => void;
}

/** How a scenario ended, and what was seen of it. */
interface Outcome {
  readonly failure: string | undefined;
  readonly denials: readonly Denial[];
  readonly report: readonly string[];
  readonly milliseconds: number;
}

/**
 * Runs every scenario once with all grants to see what each is asked for, then takes away one at a time what nothing else allows,
 * and runs what asked for it. Throws where a scenario does not end well with all grants.
 */
export async function checkPermissions(options: CheckOptions): Promise<readonly CheckedGrant[]> {
  const {
    assembly,
    chosen = (asked: readonly Grant[]) => asked,
    means,
    onProgress = () => undefined,
    scenarios,
  } = options;
  const record = new DecisionRecord();
  const whole = new Map<string, Outcome>();
  let grants: readonly Grant[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    onProgress(index, scenarios.length, scenario.name);
    const outcome = await run(scenario, assembly, means, record, (found) => (grants = found));
    if (outcome.failure !== undefined) {
      throw new Error(`The scenario "${scenario.name}" fails with all grants: ${outcome.failure}`);
    }
    whole.set(scenario.name, outcome);
  }
  const usages = grants.map((grant) => ({ grant, usage: usageOf(grant, grants, record.all) }));
  const needed = usages.filter(({ usage }) => usage.kind === 'needed').map(({ grant }) => grant);
  const tried = new Set(chosen(needed));
  const checked: CheckedGrant[] = [];
  let done = 0;
  for (const { grant, usage } of usages) {
    if (usage.kind === 'needed' && tried.has(grant)) {
      onProgress(done, tried.size, `${grant.action} of ${grant.of}`);
      done += 1;
      const own = scenarios.filter(({ name }) => usage.scenarios.includes(name));
      checked.push({ grant, verdict: await tryWithout(grant, own, whole, options) });
    } else if (usage.kind === 'needed') {
      checked.push({ grant, verdict: { kind: 'needed', by: usage.scenarios } });
    } else if (usage.kind === 'redundant') {
      checked.push({ grant, verdict: { kind: 'redundant', grantedBy: usage.grantedBy.map(nameOf) } });
    } else {
      checked.push({ grant, verdict: usage });
    }
  }
  return checked;
}

/** A grant as people find it: whose it is, which of its statements, and the action. */
export function nameOf({ action, kind, of, policy, statement = 0 }: Grant): string {
  const where =
    kind === 'identity' ? `${policy} ${statement}` : kind === 'resource' ? String(statement) : kind;
  return `${of}, ${where}: ${action}`;
}

/** Chooses so many; another seed chooses others, and the same always the same. */
export function partOf(seed: string, size: number): NonNullable<CheckOptions['chosen']> {
  const rank = ({ id }: Grant) => createHash('sha256').update(`${seed} ${id}`).digest('hex');
  return (asked) => [...asked].sort((one, other) => (rank(one) < rank(other) ? -1 : 1)).slice(0, size);
}

async function run(
  scenario: Scenario,
  assembly: readonly AssemblyStack[],
  means: ScenarioMeans,
  record?: DecisionRecord,
  onGrants: (grants: readonly Grant[]) => void = () => undefined,
): Promise<Outcome> {
  const started = performance.now();
  const world = new ScenarioWorld({
    ...means,
    assembly,
    ...(record === undefined
      ? {}
      : {
          decided: (decision) => {
            record.note(scenario.name, decision);
          },
        }),
  });
  let failure: string | undefined;
  try {
    await scenario.run(world);
    onGrants(grantsOf(world.account.stacks));
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    world.end();
  }
  const { denials } = world.account.world.accounts;
  return { failure, denials, report: world.report, milliseconds: performance.now() - started };
}

/** Takes a grant away and runs what asked for it, the quickest first, until somebody sees that it is missing. */
async function tryWithout(
  grant: Grant,
  scenarios: readonly Scenario[],
  whole: ReadonlyMap<string, Outcome>,
  { assembly, means }: CheckOptions,
): Promise<Verdict> {
  const without = withoutGrant(assembly, grant);
  const before = ({ name }: Scenario) => whole.get(name);
  const quickest = [...scenarios].sort(
    (one, other) => (before(one)?.milliseconds ?? 0) - (before(other)?.milliseconds ?? 0),
  );
  let soft: Verdict | undefined;
  let text = '';
  for (const scenario of quickest) {
    const outcome = await run(scenario, without, means);
    const verdict = verdictOf(scenario.name, outcome, before(scenario)?.report ?? []);
    if (verdict?.kind === 'caught') {
      return verdict;
    }
    soft ??= verdict;
    text ||= outcome.denials.at(-1)?.text ?? 'nothing was denied';
  }
  return soft ?? { kind: 'uncaught', by: quickest.map(({ name }) => name), text };
}

/**
 * What a scenario that ran without a grant says of it: that it failed, that somebody is shown the denial, or nothing, whatever else
 * it did otherwise than before.
 */
export function verdictOf(
  by: string,
  {
    denials,
    failure,
    report,
  }: Pick<Outcome, 'failure' | 'report'> & { readonly denials: readonly Pick<Denial, 'text'>[] },
  before: readonly string[],
): Verdict | undefined {
  const fresh = report.filter((line) => !before.includes(line));
  const failed = failure ?? fresh.find((line) => line.startsWith('failure: '));
  if (failed !== undefined) {
    return { kind: 'caught', by, text: denials.at(-1)?.text ?? failed };
  }
  const seen = fresh.find((line) => DENIED.test(line));
  return seen === undefined ? undefined : { kind: 'soft', by, seen };
}

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
