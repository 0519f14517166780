import { parseDocument } from '../../contract/documents/document';
import { deliveriesSchema, type Deliveries } from '../../contract/documents/publication';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { isJsonObject } from '../../contract/values/json';
import type { ProofFacts } from './facts';
import { decided, inEach, shortName, within, type ClaimSigns, type Sign } from './sign';

const NO_PUBLICATION = 'Nothing is published yet: winbake pipeline rebake NAME --reason "to see it".';

/** How long housekeeping may take to announce and deliver, in milliseconds: it polls every quarter of an hour. */
const LONGEST_DELIVERY = 3_600_000;

/** What the names of quotas hold of which the doctor speaks, by service. */
const QUOTA_NAMES: Readonly<Record<string, readonly RegExp[]>> = {
  ec2: [/^Running On-Demand Standard/, /^AMIs$/],
  imagebuilder: [/concurrent builds/i],
  ebs: [/volume initialization/i],
};

/** What the other services of the account say. */
export const ACCOUNT_SIGNS: Readonly<Record<string, ClaimSigns>> = {
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
          patterns.map((pattern) => {
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
      ofDeliveries(facts, ({ announced }, { at, id }) =>
        announced === id
          ? { for: `the event of ${id} was sent` }
          : isOverdue(at, facts)
            ? {
                against: `${id} was published ${at}, and its event was not sent; sent last: ${announced ?? 'none'}`,
              }
            : undefined,
      ),
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

/** A call that AWS refuses for want of a right shows nothing. */
function ofAnswer(
  name: keyof ProofFacts['answers'],
  isSo: (answer: { readonly error: string | null; readonly text: string }) => boolean,
): ClaimSigns {
  return {
    ifNone: 'There is nothing to ask for.',
    signs: ({ answers }) =>
      within(answers[name], (answer) =>
        decided(isSo(answer), `${answer.error ?? 'no error'}: ${answer.text || 'nothing'}`),
      ),
  };
}

function ofDeliveries(
  { deliveries, latest }: ProofFacts,
  find: (
    known: Deliveries,
    publication: { readonly id: string; readonly at: string },
  ) => Sign | readonly Sign[] | undefined,
): readonly Sign[] {
  return within(latest, (publication) =>
    publication === null || publication.imageBuildVersionArn === null
      ? undefined
      : within(deliveries, (text) =>
          text === null ? undefined : ofText(text, (known) => find(known, publication)),
        ),
  );
}

/** A damaged document says nothing; housekeeping reports it. */
function ofText(
  text: string,
  find: (known: Deliveries) => Sign | readonly Sign[] | undefined,
): Sign | readonly Sign[] | undefined {
  let known: Deliveries;
  try {
    known = parseDocument(deliveriesSchema, text, 'publications/deliveries.json');
  } catch (error) {
    return { hidden: error instanceof Error ? error.message : String(error) };
  }
  return find(known);
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

function jsonOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
