import { parseDocument } from '../../contract/documents/document';
import { after, toMinute, type Thresholds } from './gate-input';
import { outageSchema } from '../../contract/documents/memory';
import { WinbakeError } from '../../contract/values/errors';
import type { Release } from '../../contract/values/release';
import type { DocumentStore } from '../ports/stores';
import { noteOutage, type UnreadSince, type FamilyPoll, type GateInput } from './gate-input';

const ATTEMPTS = 5;

/** The key of what is known of a release's outage in the bucket. */
export function outageKey(release: Release): string {
  return `catalog/${release.name}-outage.json`;
}

/**
 * Notes which repositories a poll could not read, and forgets what healed; writes only where that changes something. Gives
 * since when they cannot be read. Throws a `WinbakeError` where the document is damaged, or others write all the time.
 */
export async function changeOutage(
  store: DocumentStore,
  release: Release,
  polls: readonly FamilyPoll[],
  now: Date,
): Promise<UnreadSince> {
  const key = outageKey(release);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await store.read(key);
    const before = sinceIn(stored?.text, key);
    const since = noteOutage(before, polls, now);
    const text = JSON.stringify({ schema: 'winbake.outage/1', release: release.name, since });
    if (since === before || (await store.write(key, `${text}\n`, stored?.version))) {
      return since;
    }
  }
  throw new WinbakeError(
    'CATALOG_CONFLICT',
    `${key} was changed by others ${ATTEMPTS} times in a row; try again.`,
  );
}

/** Since when the repositories of a release cannot be read. Throws a `WinbakeError` where the document is damaged. */
export async function readOutage(store: Pick<DocumentStore, 'read'>, release: Release): Promise<UnreadSince> {
  const key = outageKey(release);
  return sinceIn((await store.read(key))?.text, key);
}

function sinceIn(text: string | undefined, key: string): UnreadSince {
  return text === undefined ? {} : parseDocument(outageSchema, text, key).since;
}

/** What cannot be read, and whether it is still waited for. */
interface OutageVerdict {
  readonly decision: 'wait' | 'needsOperator';
  readonly reason: string;
}

type OutageInput = Pick<GateInput, 'polls' | 'now' | 'policy' | 'unreadSince'>;

/**
 * What a poll comes to that shows no image of any family: it is repeated for one longest wait from the first of such polls
 * on; then a person is asked. Undefined where some family shows one.
 */
export function checkOutage(input: OutageInput, at: Thresholds): OutageVerdict | undefined {
  const { polls } = input;
  if (polls.length === 0 || polls.some(({ image }) => image !== undefined)) {
    return undefined;
  }
  const since = new Date(Math.max(...polls.map((poll) => unreadSince(input, poll).getTime())));
  const until = after(since, input.policy.longestWaitSeconds);
  const first = polls.flatMap(({ findings }) => findings)[0]?.message;
  const why = first === undefined ? 'The registry has none of their tags.' : first;
  return at.passed(until)
    ? {
        decision: 'needsOperator',
        reason: `No family has shown an image that can be read since ${toMinute(since)}. ${why}`,
      }
    : {
        decision: 'wait',
        reason: `No family shows an image that can be read; the registry is asked again, at the latest until ${toMinute(until)}. ${why}`,
      };
}

/** Until when a family is asked for again that the registry fails to show and that was never seen; undefined for others. */
export function unreadUntil(input: OutageInput, family: string, at: Thresholds): Date | undefined {
  const poll = input.polls.find((one) => one.family.name === family);
  const isUnread =
    poll?.image === undefined && poll?.findings.some(({ code }) => code.startsWith('REGISTRY_'));
  if (poll === undefined || isUnread !== true) {
    return undefined;
  }
  const until = after(unreadSince(input, poll), input.policy.longestWaitSeconds);
  return at.passed(until) ? undefined : until;
}

/** A first failure that is not noted yet is this one. */
function unreadSince({ now, unreadSince: known = {} }: OutageInput, { family }: FamilyPoll): Date {
  const since = known[family.repository];
  return since === undefined ? now : new Date(since);
}
