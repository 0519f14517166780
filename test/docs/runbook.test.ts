import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addStacks } from '../../bin/app';
import { NOTICE_KINDS } from '../../lib/core/notify/notify-once';

const runbook = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

/** The names of headings of the third level. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^### (.+)$/gm)].map(([, name = '']) => name).sort();
}

/** What the alarms of the app are named after pipeline or fleet, and what their descriptions link to. */
function alarmsOfApp(): readonly {
  readonly name: string;
  readonly link: string;
  readonly pages: boolean;
  readonly dimensions: readonly string[];
}[] {
  const app = new App();
  addStacks(app);
  return app.node.children
    .filter((child) => child instanceof Stack)
    .flatMap((stack) => Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')))
    .map(({ Properties }) => ({
      name: String(Properties.AlarmName).split('-').at(-1)!,
      link: /docs\/runbook\.md#(\S+)$/.exec(String(Properties.AlarmDescription))?.[1] ?? 'none',
      pages: Properties.AlarmActions !== undefined,
      dimensions: ((Properties.Dimensions ?? []) as readonly { readonly Name: string }[]).map(
        ({ Name }) => Name,
      ),
    }));
}

const alarms = alarmsOfApp();

/** What is reported or rings without a heading, and headings without either. */
function differences(text: string): readonly string[] {
  const headings = headingsOf(text);
  const names = [...new Set([...alarms.map(({ name }) => name), ...NOTICE_KINDS])];
  return [
    ...names.filter((name) => !headings.includes(name)),
    ...headings.filter((name) => !names.includes(name)),
  ];
}

test('every alarm and every kind of notice has its heading, and every heading is one', () => {
  expect(differences(runbook)).toEqual([]);
});

test('the alarm of a queue names the queue in its only dimension, as the page reads it', () => {
  const queues = alarms.filter(({ name }) => name === 'DeadLetterQueue');
  expect(queues.map(({ dimensions }) => dimensions)).toEqual([['QueueName'], ['QueueName']]);
  expect(sectionOf('DeadLetterQueue')).toContain('MetricAlarms[].Dimensions[].Value');
});

test('a missing and a superfluous heading are noticed', () => {
  expect(differences(runbook.replace('### RebakeFailed', '### RebakeBroke'))).toEqual([
    'RebakeFailed',
    'RebakeBroke',
  ]);
  expect(differences(runbook.replace('### noDecision', ''))).toEqual(['noDecision']);
});

test('every alarm says where to read on', () => {
  expect(alarms.length).toBeGreaterThan(5);
  expect(alarms.map(({ link }) => link)).toEqual(alarms.map(({ name }) => name.toLowerCase()));
});

test('an address leads to one heading', () => {
  const anchors = headingsOf(runbook).map((name) => name.toLowerCase());
  expect(new Set(anchors).size).toBe(anchors.length);
  const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.filter((anchor) => !anchors.includes(anchor!))).toEqual([]);
});

test('an alarm that tells nobody says which notice does', () => {
  const silent = alarms.filter(({ pages }) => !pages).map(({ name }) => name);
  expect(silent).toContain('PatchBudgetSpent');
  for (const name of silent) {
    const [, section = ''] = new RegExp(`^### ${name}$([^]*?)(?=^##|$(?![^]))`, 'm').exec(runbook) ?? [];
    const notified = [...section.matchAll(/\[(\w+)\]\(#/g)].map(([, kind]) => kind);
    expect({ name, notified: notified.some((kind) => NOTICE_KINDS.some((known) => known === kind)) }).toEqual(
      {
        name,
        notified: true,
      },
    );
  }
});

/** What stands below a heading. */
function sectionOf(name: string): string {
  return new RegExp(`^### ${name}$([^]*?)(?=^##|$(?![^]))`, 'm').exec(runbook)?.[1]?.trim() ?? '';
}

test.each(headingsOf(runbook))('%s begins with whether it can wait, and ends with when it heals', (name) => {
  expect(sectionOf(name)).toMatch(/^\*\*Can it wait\?\*\* /);
  const [, heals = ''] = /\n\*\*Heals\*\*([^]*)$/.exec(sectionOf(name)) ?? [];
  expect(heals).toMatch(/\b(?:minutes|hours|measurement|poll)\b/);
});

test('everything that a person has to fill into a command is printed by one that the page names', () => {
  const [, table = ''] = /\nWhat stands in a command([^]*?)\n\n(?!-)/.exec(runbook) ?? [];
  const known = [...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name);
  const blocks = [...runbook.matchAll(/^```\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  const used = blocks.flatMap((block) =>
    [...block.replaceAll(/"[^"]*"|FAILED|STOPPED|\bAll\b/g, '').matchAll(/(?<![\w.-])[A-Z][A-Z_]+\b/g)].map(
      ([name]) => name,
    ),
  );
  expect([...new Set(used)].sort()).toEqual([...new Set(known)].sort());
});

test('what can be looked into with one command is: the doctor stands where it helps', () => {
  const helped = [
    'NothingMeasured',
    'noDecision',
    'housekeepingFailed',
    'DeadLetterQueue',
    'accountUnreachable',
  ];
  expect(helped.filter((name) => !sectionOf(name).includes('pipeline doctor 2022-core'))).toEqual([]);
});
