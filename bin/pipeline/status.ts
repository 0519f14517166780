import { SSMClient } from '@aws-sdk/client-ssm';
import { Command, Option } from 'commander';
import { explaining } from '../../lib/aws/explain-failure';
import { listPipelines, readPipeline } from '../../lib/aws/stores/pipeline-account';
import { CHANNELS } from '../../lib/contract/names/parameters';
import { UsageError } from '../../lib/contract/values/errors';
import { excerpt, printable } from '../../lib/contract/values/printable';
import { osOf } from '../../lib/contract/values/release';
import {
  type FirstStarts,
  type PatchStatus,
  type PipelineStatus,
  readPipelineStatus,
} from '../../lib/core/housekeeping/pipeline-status';
import { operatePorts } from '../../lib/handlers/operate';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { inOneLine, printAnswer } from '../shared/layout';
import { signIn } from '../shared/pipeline-access';
import { PIPELINE_NAME, placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import { formatAge, formatHours, formatTable, previousText } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { drawArrivals } from '../shared/timeline-text';

/** Why nothing moves: the gate, promotion, the patch budget, and what to do about it. */
function whyLines({ at, channels, decision, next, patch, promotion }: PipelineStatus): readonly string[] {
  const from = Date.parse(at);
  const findings = decision?.findings ?? [];
  const ids = channels.latest?.id === channels.current?.id ? '' : idsOf(channels);
  return [
    decision === null
      ? 'gate: it has decided nothing yet'
      : `gate: ${decision.decision}, ${formatAge(decision.ageHours)} ago: ${withChange(decision.reason, decision.changesAt, from)}`,
    ...findings.map(({ code, message, severity }) => `  ${severity}  ${code}  ${message}`),
    `promotion: ${promotion.isDue ? 'due within 15 min: ' : ''}${ids}${withChange(promotion.reasons.join(' '), promotion.changesAt, from)}`,
    `patches: ${patchText(patch)}`,
    `next: ${next.command ?? 'nothing'}`,
    `  ${next.reason}`,
  ];
}

function idsOf({ current, latest }: PipelineStatus['channels']): string {
  return `current is ${current?.id ?? 'nothing'}, latest ${latest?.id ?? 'nothing'}. `;
}

/** A reason with the instant at which time alone changes it, which it may name itself. */
function withChange(reason: string, instant: string | null, now: number): string {
  const hours = instant === null ? 0 : (Date.parse(instant) - now) / 3_600_000;
  if (instant === null || hours <= 0) {
    return reason;
  }
  // What people wrote may end without a full stop.
  const sentence = reason.replace(/[^.!?]$/, '$&.');
  return reason.includes(instant.slice(0, 16))
    ? `${sentence} That is in ${formatAge(hours)}.`
    : `${sentence} Time alone changes it at ${instant}, in ${formatAge(hours)}.`;
}

function patchText({ budgetHours, hoursUnpatched, missing, percent }: PatchStatus): string {
  return missing === null
    ? `current has every released update; the budget is ${formatHours(budgetHours)}`
    : `${formatHours(hoursUnpatched)} without ${missing}, of a budget of ${formatHours(budgetHours)} (${percent.toFixed(0)} %)`;
}

/**
 * How a pipeline stands, for people: why nothing moves first, then the last Patch Tuesday, what people set by hand and what is amiss; with
 * `details` the rest.
 */
export function statusText(status: PipelineStatus, width?: number, details = false): string {
  const { accepted, account, housekeeping, hold, newestSet, notices, os, pending, pipeline, rebake, region } =
    status;
  const { revoked } = status;
  const head = `${pipeline}  ${os}  account ${account}, ${region}`;
  const byHand = [
    ...(hold === null ? [] : [`held until ${hold.until} by ${hold.by}: ${hold.reason}`]),
    ...revoked.map(
      ({ at, by, id, isDisabled, reason, usedBy }) =>
        `revoked ${id} on ${at.slice(0, 10)} by ${excerpt(by)}: ${excerpt(reason)}; ` +
        (isDisabled
          ? 'its launches are refused'
          : `it can still be launched${usedBy.length === 0 ? '' : `, ${usedBy.join('; ')}`}`),
    ),
    ...accepted.map(
      ({ at, by, finding }) => `accepted "${excerpt(finding)}" on ${at.slice(0, 10)} by ${excerpt(by)}`,
    ),
  ];
  const since = rebake.since === null ? '' : ` since ${rebake.since}`;
  const order =
    rebake.order === null ? '' : `, ${rebake.state === 'baking' ? '' : 'last '}order ${rebake.order}`;
  const picture = pictureOf(status, width);
  const answer = [head, '', ...whyLines(status), ''];
  const lines = [
    `set by hand: ${byHand.length === 0 ? 'nothing' : ''}`,
    ...byHand.map((line) => `  ${line}`),
    `rebake: ${rebake.state}${since}${order}`,
    ...(details
      ? [
          `newest accepted set: ${newestSet === null ? 'none yet' : `${newestSet.target}, ${newestSet.at}`}`,
          ...previousText(newestSet?.images ?? []).map((line) => `  ${line}`),
          ...firstStartLine(status.firstStarts),
          `pruned: ${housekeeping.prunedAt ?? 'not yet'}`,
          `bucket: ${status.bucket}`,
          `state machine: ${status.stateMachineArn}`,
        ]
      : []),
    ...housekeeping.failing.map(
      ({ part, reason, since: from }) => `housekeeping fails since ${from}: ${part}: ${reason}`,
    ),
    ...notices.map(({ at, cause, message }) => `notified on ${at}: ${cause}: ${inOneLine(message)}`),
    ...pending.map(({ reason, since: from, target }) => `pending in ${target} since ${from}: ${reason}`),
  ];
  const textOfLines = (all: readonly string[]) =>
    all.map((line) => `${printable(line.trimEnd())}\n`).join('');
  const more = details
    ? ''
    : '\nNewest set, first containers, bucket and state machine: --details; all: --json.\n';
  return `${textOfLines(answer)}${picture}${textOfLines(lines)}\n${channelTable(status, width)}${more}`;
}

/** The last Patch Tuesday; empty where nothing has come since. */
function pictureOf({ at, timeline }: PipelineStatus, width: number | undefined): string {
  if (timeline === null) {
    return '';
  }
  const { families, publication, released } = timeline;
  const picture = drawArrivals(
    {
      asOf: at,
      lastPatchTuesday: released,
      families: families.map(({ family, shownAt }) => ({
        family,
        since: shownAt,
        isBehind: shownAt === null,
      })),
      bake: publication === null ? null : { at: publication.at, note: 'published' },
    },
    width,
  );
  return picture === '' ? '' : `${picture}\n`;
}

/** How soon containers start on the newest AMI, beside the one before. */
function firstStartLine(starts: FirstStarts | null): readonly string[] {
  const seconds = (one: number) => `${one.toFixed(1)} s`;
  const families = (starts?.families ?? []).map(
    ({ before, family, seconds: now }) =>
      `${family} ${seconds(now)}${before === null ? '' : ` (${seconds(before)} before)`}`,
  );
  const than = starts?.before === null ? '' : `, beside ${starts?.before ?? ''}`;
  return starts === null || families.length === 0
    ? []
    : [`first container on ${starts.publication}${than}: ${families.join(', ')}`];
}

/** One line a channel. */
function channelTable({ channels }: PipelineStatus, width?: number): string {
  return formatTable(
    ['channel', 'publication', 'mode', 'AMI', 'published'].map((title) => ({ title })),
    CHANNELS.map((name) => {
      const to = channels[name];
      return to === null ? [name, '-', '-', '-', '-'] : [name, to.id, to.mode, to.amiId, to.at];
    }),
    width,
  );
}

/** A line for each of several pipelines, whoever is nearest to its patch budget first, then what a person does next. */
export function pipelinesText(all: readonly PipelineStatus[], width?: number): string {
  const worstFirst = [...all].sort((one, other) => other.patch.percent - one.patch.percent);
  const table = formatTable(
    [
      { title: 'pipeline' },
      { title: 'current' },
      { title: 'latest' },
      { title: 'gate' },
      { title: 'unpatched', align: 'right' },
      { title: 'of budget', align: 'right' },
    ],
    worstFirst.map(({ channels, decision, patch, pipeline }) => [
      pipeline,
      channels.current?.id ?? '-',
      channels.latest?.id ?? '-',
      decision?.decision ?? '-',
      patch.missing === null ? '-' : formatHours(patch.hoursUnpatched),
      `${patch.percent.toFixed(0)} %`,
    ]),
    width,
  );
  const below = worstFirst.flatMap(({ hold, next, pipeline }) => [
    ...(hold === null ? [] : [`${pipeline} is held until ${hold.until} by ${excerpt(hold.by)}.`]),
    ...(next.command === null ? [] : [`${pipeline}: ${next.command}: ${next.reason}`]),
  ]);
  const lines = below.map((line) => `${printable(line)}\n`).join('');
  return `${table}${lines === '' ? '' : `\n${lines}`}`;
}

interface StatusOptions extends PlaceOptions {
  readonly all?: boolean;
  readonly details?: boolean;
  readonly json?: boolean;
}

/** Reads how the named pipelines stand, or all of the place. */
export type ReadStatus = (
  place: PlaceOptions,
  name: string | undefined,
) => Promise<readonly PipelineStatus[]>;

/** `winbake pipeline status`: how a pipeline stands. */
export function statusCommand(terminal: Terminal, finish: Finish, read: ReadStatus): Command {
  const command = new Command('status')
    .description(
      'Says how a pipeline stands: first why nothing moves and what to do about it, then the last Patch Tuesday, what people set by hand, ' +
        'its rebake, notices and channels.',
    )
    .argument('[name]', PIPELINE_NAME[1])
    .addOption(new Option('--all', 'every pipeline of this account and region'));
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--details', 'print the newest set, first containers, bucket and state machine, too')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, options: StatusOptions) => {
      if ((name === undefined) === (options.all !== true)) {
        throw new UsageError('Say which pipeline by its name, or --all for every one.');
      }
      const all = await read(options, name);
      printAnswer(terminal, options.json, {
        ...(name === undefined
          ? { schema: 'winbake.pipeline-statuses/1', document: { pipelines: all } }
          : { schema: 'winbake.pipeline-status/1', document: { ...all[0] } }),
        text: (width) => textOf(all, width, options.details),
      });
      finish(ExitCode.DONE);
    });
  return addHelp(command, terminal, {
    examples: [
      [
        'winbake pipeline status 2022-core',
        'why nothing moves, what to do, what people set by hand, notices, channels',
      ],
      ['winbake pipeline status --all', 'every pipeline of this account and region'],
    ],
  });
}

function textOf(all: readonly PipelineStatus[], width?: number, details?: boolean): string {
  const [first, ...others] = all;
  if (first === undefined) {
    return 'There is no pipeline here.\n';
  }
  return others.length === 0 ? statusText(first, width, details) : pipelinesText(all, width);
}

/** Reads how pipelines stand, with the caller's credentials. */
export const readStatus: ReadStatus = async (place, name) => {
  const { caller, region } = await signIn(place);
  const ssm = new SSMClient({ region });
  return explaining({ doing: `read the state of ${name ?? 'the pipelines'}`, region }, async () => {
    const names = name === undefined ? await listPipelines(ssm, place.prefix) : [name];
    return Promise.all(
      names.map(async (one) => {
        const description = await readPipeline(ssm, place.prefix, one, caller, region);
        return readPipelineStatus(operatePorts(description), description, osOf(description.os).release);
      }),
    );
  });
};
