import type { PipelineStatus } from '../lib/core/housekeeping/pipeline-status';
import { CHANNELS } from '../lib/contract/names/parameters';
import { formatTable } from './table';

/** How a pipeline stands, for people: what they set by hand first. */
export function statusText(status: PipelineStatus): string {
  const { accepted, account, care, hold, newestSet, notices, os, pending, pipeline, rebake, region } = status;
  const head = `${pipeline}  ${os}  account ${account}, ${region}`;
  const byHand = [
    ...(hold === null ? [] : [`held until ${hold.until} by ${hold.by}: ${hold.reason}`]),
    ...accepted.map(({ at, by, finding }) => `accepted "${finding}" on ${at.slice(0, 10)} by ${by}`),
  ];
  const since = rebake.since === null ? '' : ` since ${rebake.since}`;
  const order =
    rebake.order === null ? '' : `, ${rebake.state === 'baking' ? '' : 'last '}order ${rebake.order}`;
  const lines = [
    head,
    `set by hand: ${byHand.length === 0 ? 'nothing' : ''}`,
    ...byHand.map((line) => `  ${line}`),
    `rebake: ${rebake.state}${since}${order}`,
    `newest accepted set: ${newestSet === null ? 'none yet' : `${newestSet.target}, ${newestSet.at}`}`,
    `pruned: ${care.prunedAt ?? 'not yet'}`,
    ...care.failing.map(({ part, reason, since: from }) => `care fails since ${from}: ${part}: ${reason}`),
    ...notices.map(({ at, cause, message }) => `told on ${at}: ${cause}: ${message}`),
    ...pending.map(({ reason, since: from, target }) => `pending in ${target} since ${from}: ${reason}`),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n\n${channelTable([status])}`;
}

/** One line a channel for each of several pipelines. */
export function channelTable(all: readonly PipelineStatus[]): string {
  return formatTable(
    ['pipeline', 'channel', 'publication', 'OS version', 'mode', 'AMI', 'published'].map((title) => ({
      title,
    })),
    all.flatMap(({ channels, pipeline }) =>
      CHANNELS.map((name) => {
        const to = channels[name];
        return to === null
          ? [pipeline, name, '-', '-', '-', '-', '-']
          : [pipeline, name, to.id, to.osVersion, to.mode, to.amiId, to.at];
      }),
    ),
  );
}
