import type { Deliveries } from '../../contract/documents/publication';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { isJsonObject } from '../../contract/values/json';
import type { Claim } from '../claims/claim';
import { CLAIMS } from '../claims/claims';
import { QUOTA_NAMES } from '../doctor/check-quotas';
import { BAKE_SIGNS } from './bake-signs';
import type { ProofFacts, SeenTrial } from './facts';
import { FLEET_SIGNS } from './fleet-signs';
import { type ClaimSigns, type Sign, decided, inEach, jsonOf, shortName, type Signs, within } from './sign';

/** What only taking a fleet away shows; CloudFormation names what it could not delete as the trial's template does. */
export const TRIAL_SIGNS: Readonly<Record<string, ClaimSigns>> = {
  'hosts-deregister-in-time': ofRemoval(
    /\bCluster\b/,
    (instances) => `with its cluster right after ${instances} instances`,
  ),
  'force-delete-takes-all': ofRemoval(
    /\bGroup\b/,
    (instances) => `after ForceDelete of its group with ${instances} protected instances`,
  ),
};

/** Where CloudFormation failed for another reason, nothing is shown. */
function ofRemoval(contrary: RegExp, text: (instances: number) => string): ClaimSigns {
  return {
    ifNone: 'No fleet of a trial was taken away with its instances: winbake prove NAME --run.',
    signs: ({ trial }: ProofFacts) => (trial === null ? [] : signsOf(trial, contrary, text)),
  };
}

function signsOf(
  { failures, stack, taken }: SeenTrial,
  contrary: RegExp,
  text: (instances: number) => string,
): readonly Sign[] {
  const against = failures.filter((reason) => contrary.test(reason));
  return against.length > 0
    ? against.map((reason) => ({ against: `${stack} was not deleted: ${reason}` }))
    : failures.length > 0 || taken.length === 0
      ? []
      : [{ for: `${stack} was deleted ${text(taken.length)}` }];
}

const NO_PUBLICATION = 'Nothing is published yet: winbake pipeline rebake NAME --reason "to see it".';

/** How long housekeeping may take to announce and deliver, in milliseconds: it polls every quarter of an hour. */
const LONGEST_DELIVERY = 3_600_000;

/** What the other services of the account say. */
const ACCOUNT_SIGNS: Readonly<Record<string, ClaimSigns>> = {
  'lists-of-builds-hold-tags': {
    ifNone: 'No component or workflow of the pipeline is there.',
    signs: ({ documents }) =>
      inEach(documents, ({ arn, tags }) =>
        decided(
          tags[PIPELINE_TAG] !== undefined,
          `${shortName(arn)}: tags ${Object.keys(tags).join(', ') || 'none'}`,
        ),
      ),
  },
  'snapshots-name-image-builder': {
    ifNone: NO_PUBLICATION,
    signs: ({ snapshots }) =>
      inEach(snapshots, ({ id, tags }) =>
        decided(
          tags['CreatedBy'] === 'EC2 Image Builder',
          `${id}: CreatedBy ${tags['CreatedBy'] ?? 'missing'}`,
        ),
      ),
  },
  'quotas-have-these-names': {
    ifNone: 'Service Quotas named no quota.',
    signs: ({ quotas }) =>
      within(quotas, (byService) =>
        Object.entries(QUOTA_NAMES).flatMap(([service, patterns]) =>
          Object.values<RegExp>(patterns).map((pattern) => {
            const found = byService[service]?.find((name) => pattern.test(name));
            return decided(found !== undefined, `${service}: ${found ?? `no quota like ${pattern.source}`}`);
          }),
        ),
      ),
  },
  'state-machine-logs-match-filter': {
    ifNone: 'The log of the state machine is empty: winbake pipeline rebake NAME --reason "to see it".',
    signs: ({ machineLines }) => within(machineLines, logSigns),
  },
  'events-source-is-a-condition': {
    ifNone: NO_PUBLICATION,
    signs: (facts) =>
      ofDeliveries(facts, ({ announced, targets }, { at, id }) => {
        // Before it has noted anything housekeeping may not have run.
        const hasDelivered = announced !== null || Object.keys(targets).length > 0;
        return announced === id
          ? { for: `the event of ${id} was sent` }
          : hasDelivered && isOverdue(at, facts)
            ? {
                against: `${id} was published ${at}, and its event was not sent; sent last: ${announced ?? 'none'}`,
              }
            : undefined;
      }),
  },
  'shared-ami-passes-the-check': {
    ifNone: 'The pipeline publishes to no other account yet.',
    signs: (facts) =>
      ofDeliveries(facts, ({ targets }, { at, id }) =>
        Object.entries(targets)
          .filter(([target]) => facts.accounts.some((account) => target.startsWith(`${account}/`)))
          .flatMap(([target, { pending, publication }]): readonly Sign[] =>
            publication === id && pending === null
              ? [{ for: `${id} with its revision stands in ${target}` }]
              : pending !== null && isOverdue(at, facts) && /ami/i.test(pending.reason)
                ? [{ against: `${target} since ${pending.since}: ${pending.reason}` }]
                : [],
          ),
      ),
  },
  'ecs-filters-by-a-hundred-ids': ofAnswer('hundredIds', ({ error }) => error === null),
  'ec2-words-of-versions-by-number': ofAnswer(
    'versionsByNumber',
    ({ error, text }) =>
      error === 'MissingParameter' &&
      text === 'Either launch template ID or launch template name must be specified.',
  ),
  'buckets-are-listed-by-region': ofAnswer(
    'bucketsByRegion',
    ({ error, text }) => error === null && text !== '',
  ),
};

/** The names of errors with which a service refuses what a request says, and not who sent it or when. */
const VALIDATION = /^(?:Invalid|Malformed|Missing|Validation)/;

/** A call that AWS refuses for whatever else shows nothing. */
function ofAnswer(
  name: keyof ProofFacts['answers'],
  isSo: (answer: { readonly error: string | null; readonly text: string }) => boolean,
): ClaimSigns {
  return {
    ifNone: 'There is nothing to ask for.',
    signs: ({ answers }) =>
      within(answers[name], (answer) => {
        const text = `${answer.error ?? 'no error'}: ${answer.text || 'nothing'}`;
        return answer.error === null || VALIDATION.test(answer.error)
          ? decided(isSo(answer), text)
          : { hidden: `AWS did not consider the question: ${text}` };
      }),
  };
}

function ofDeliveries(
  { deliveries, latest }: ProofFacts,
  find: (known: Deliveries, publication: { readonly id: string; readonly at: string }) => Signs,
): readonly Sign[] {
  return within(latest, (publication) =>
    publication === null || publication.imageBuildVersionArn === null
      ? undefined
      : within(deliveries, (known) => find(known, publication)),
  );
}

function isOverdue(at: string, { now }: ProofFacts): boolean {
  return Date.parse(now) - Date.parse(at) > LONGEST_DELIVERY;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
function logSigns(lines: readonly string[]): readonly Sign[] {
  const entries = lines.map(jsonOf);
  const named = entries.filter((one) => typeof one?.['type'] === 'string' && nameIn(one) !== undefined);
  const [first] = named;
  return first !== undefined
    ? [{ for: `type ${String(first['type'])}, details.name ${nameIn(first) ?? ''}` }]
    : lines.length === 0
      ? []
      : [{ against: `${lines.length} lines, none with type and details.name at its top: ${lines[0] ?? ''}` }];
}

function nameIn(entry: Readonly<Record<string, unknown>>): string | undefined {
  const details = entry['details'];
  return isJsonObject(details) && typeof details['name'] === 'string' ? details['name'] : undefined;
}

/** What a deployment says of a claim. */
export type ProofVerdict = 'holds' | 'fails' | 'notSeen';

/** A claim as a deployment shows it. */
export interface SettledClaim {
  readonly id: string;
  readonly verdict: ProofVerdict;
  /** What was seen; never empty where it holds or fails. */
  readonly evidence: readonly string[];
  /** Why so, in a sentence. */
  readonly reason: string;
}

/** What is looked for of each claim that a deployment can settle by itself, by the id of the claim. */
export const SIGNS: Readonly<Record<string, ClaimSigns>> = {
  ...BAKE_SIGNS,
  ...ACCOUNT_SIGNS,
  ...FLEET_SIGNS,
  ...TRIAL_SIGNS,
};

/** More of the same proves no more. */
const MOST_EVIDENCE = 3;

/**
 * What a deployment says of claims. One sign against a claim outweighs whatever is for it, and without a sign nothing is said: a claim
 * holds by its evidence alone.
 */
export function prove(facts: ProofFacts, claims: readonly Claim[] = CLAIMS): readonly SettledClaim[] {
  return claims.map(({ how, id }) => {
    const own = SIGNS[id];
    return { id, ...(own === undefined ? notSeen(`Needs a person: ${how}.`) : settled(own, facts)) };
  });
}

function settled({ ifNone, signs }: ClaimSigns, facts: ProofFacts): Omit<SettledClaim, 'id'> {
  const found = signs(facts);
  const against = found.flatMap((sign) => ('against' in sign ? sign.against : []));
  if (against.length > 0) {
    return {
      verdict: 'fails',
      evidence: against.slice(0, MOST_EVIDENCE),
      reason: `Seen to be otherwise, ${times(against)}.`,
    };
  }
  const forIt = found.flatMap((sign) => ('for' in sign ? sign.for : []));
  if (forIt.length > 0) {
    return {
      verdict: 'holds',
      evidence: forIt.slice(0, MOST_EVIDENCE),
      reason: `Seen ${times(forIt)}, and nothing against it.`,
    };
  }
  const hidden = found.flatMap((sign) => ('hidden' in sign ? sign.hidden : []));
  return notSeen(hidden[0] ?? ifNone);
}

function notSeen(reason: string): Omit<SettledClaim, 'id'> {
  return { verdict: 'notSeen', evidence: [], reason };
}

function times(signs: readonly string[]): string {
  return signs.length === 1 ? 'once' : `${signs.length} times`;
}
