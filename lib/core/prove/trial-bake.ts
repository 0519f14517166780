import { isNewer, type Channel } from '../../contract/documents/publication';
import { pollUntil } from './trial-polls';
import type { TrialPipeline, TrialPorts } from './trial-ports';

/** What came of the bake of a trial. */
export interface TrialBake {
  /** `equal`: nothing was to be published, since it is what was published before; `late`: it goes on without the trial. */
  readonly outcome: 'published' | 'equal' | 'refused' | 'failed' | 'late';
  /** What `latest` shows then; null before the first. */
  readonly publication: Channel | null;
  readonly minutes: number;
  /** In the pipeline's own words. */
  readonly reason: string;
}

/** How often the pipeline is asked. */
const POLL_SECONDS = 60;

/** An execution that was started may not show at once. */
const GRACE_MINUTES = 10;

/** Orders a bake as a person does, and waits for what comes of it. */
export async function bakeForTrial(
  ports: Pick<TrialPorts, 'now' | 'orderBake' | 'readPipeline' | 'report' | 'sleep'>,
  hours: number,
  signal?: AbortSignal,
): Promise<TrialBake> {
  const before = await ports.readPipeline();
  const begun = ports.now();
  const minutes = () => Math.round((ports.now().getTime() - begun.getTime()) / 60_000);
  const { done, reasons } = await ports.orderBake();
  if (!done) {
    return { outcome: 'refused', publication: before.latest, minutes: 0, reason: reasons.join(' ') };
  }
  ports.report('The bake is ordered.');
  let shown = '';
  const polled = await pollUntil(
    ports,
    { seconds: POLL_SECONDS, until: new Date(begun.getTime() + hours * 3_600_000), signal },
    async () => {
      const now = await ports.readPipeline();
      if (now.rebake !== shown) {
        ports.report(`The pipeline is ${now.rebake}.`);
        shown = now.rebake;
      }
      return { now, outcome: outcomeOf(before, now, begun) };
    },
    ({ outcome }) => outcome !== undefined && (outcome !== 'failed' || minutes() >= GRACE_MINUTES),
  );
  const { now, outcome = 'late' } = polled;
  return { outcome, publication: now.latest, minutes: minutes(), reason: reasonOf(outcome, now) };
}

function outcomeOf(
  before: TrialPipeline,
  { equal, latest, rebake }: TrialPipeline,
  begun: Date,
): TrialBake['outcome'] | undefined {
  if (
    latest !== null &&
    latest.mode !== 'unbaked' &&
    (before.latest === null || isNewer(latest, before.latest))
  ) {
    return 'published';
  }
  if (equal !== null && equal.publication === latest?.id && new Date(equal.at) >= begun) {
    return 'equal';
  }
  return rebake === 'idle' ? 'failed' : undefined;
}

function reasonOf(outcome: TrialBake['outcome'], { latest, why }: TrialPipeline): string {
  const id = latest?.id ?? 'nothing';
  switch (outcome) {
    case 'published':
      return `${id} is published`;
    case 'equal':
      return `it equals ${id}, which stays`;
    case 'refused':
    case 'failed':
    case 'late':
      return why;
  }
}
