import { shortDigest } from '../lib/contract/values/digest';
import type { RehearsalReport, ReportedDecision } from '../sim/rehearsal/rehearsal-report';
import { formatFindings } from './findings';
import { describeFleets } from './fleets-text';
import { describeMonths, describePublications } from './months-text';
import { formatBytes, formatTable } from './table';

/** A rehearsal's report as text for people. */
export function describeRehearsal(report: RehearsalReport): string {
  const parts = [
    heading(report),
    describeMonths(report.months ?? []),
    describeDecisions(report.decisions),
    describeImages(report),
    describeAmi(report),
    describePublications(report),
    describeParameters(report),
    describeFleets(report),
    describeSteps(report),
    describeAgain(report),
    formatFindings(report.findings),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function heading({ asOf, decision, target, host }: RehearsalReport): string {
  const aim = target === null ? '' : `, for ${target}`;
  const reached = host === null ? '' : `, host at ${host.osVersion}`;
  return `Rehearsed as of ${asOf}: ${decision}${aim}${reached}\n`;
}

function describeDecisions(decisions: readonly ReportedDecision[]): string {
  const changes = decisions.filter((one, index) => signature(one) !== signature(decisions[index - 1]));
  return formatTable(
    [{ title: 'AT' }, { title: 'DECISION' }, { title: 'FINDINGS' }],
    changes.map(({ at, decision, findings }) => [
      at.replace('.000Z', 'Z'),
      decision,
      findings.map(({ code, family }) => (family === undefined ? code : `${code} ${family}`)).join(', '),
    ]),
  );
}

function signature(decision: ReportedDecision | undefined): string {
  return JSON.stringify([decision?.decision, decision?.findings.map(({ code, family }) => [code, family])]);
}

function describeImages({ images }: RehearsalReport): string {
  return images.length === 0
    ? ''
    : formatTable(
        [
          { title: 'FAMILY' },
          { title: 'TAG' },
          { title: 'DIGEST' },
          { title: 'OS VERSION' },
          { title: 'MODE' },
          { title: 'DOWNLOAD', align: 'right' },
        ],
        images.map((image) => [
          image.family,
          image.tag,
          shortDigest(image.digest),
          image.osVersion,
          image.mode,
          formatBytes(image.compressedBytes),
        ]),
      );
}

function describeAmi({ ami }: RehearsalReport): string {
  return ami === null
    ? ''
    : formatTable(
        [{ title: 'AMI' }, { title: ami.id }],
        Object.entries(ami.tags)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, value]) => [key, shortened(value)]),
      );
}

function describeParameters({ parameters }: RehearsalReport): string {
  return formatTable(
    [{ title: 'PARAMETER' }, { title: 'VALUE' }],
    Object.entries(parameters).map(([name, value]) => [name, shortened(value)]),
  );
}

/** Of several months only the parts: the steps of components stand in the JSON document. */
function describeSteps({ months, steps }: RehearsalReport): string {
  const shown = months === undefined ? steps : steps.filter(({ name }) => !name.includes(': '));
  return formatTable(
    [{ title: 'STEP' }, { title: 'SECONDS', align: 'right' }, { title: 'STATUS' }],
    shown.map(({ name, seconds, status }) => [name, status === 'notRun' ? '' : seconds.toFixed(1), status]),
  );
}

function describeAgain({ again }: RehearsalReport): string {
  return again === null ? '' : `Looked once more in the same account: ${again.decision}. ${again.reason}\n`;
}

/** Long values are whole in the JSON document. */
function shortened(text: string): string {
  return text.length <= 72 ? text : `${text.slice(0, 71)}…`;
}
