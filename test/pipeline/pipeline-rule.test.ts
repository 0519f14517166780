import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { WindowsOs } from '../../lib/ami/windows-os';
import { eventBridgeAnnouncer } from '../../lib/aws/notices';
import { noteDecision, noteFailure } from '../../lib/core/notify/notify-once';
import type { Announcer } from '../../lib/core/ports/notices';
import { announceImages, announceLatest } from '../../lib/core/publish/published-event';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import type { JsonObject } from '../../lib/contract/values/json';
import { takesEvent } from '../../sim/account/services/notices';
import { memoryDocuments } from '../support/memory-ports';
import { DESCRIPTION, publicationAt } from '../support/pipeline-description';
import { publishedImages } from '../support/published-images';

const bus = mockClient(EventBridgeClient);

/** An event as rules see it, and as the adapter sends it. */
async function sent(send: (announcer: Announcer) => Promise<void>): Promise<JsonObject> {
  bus.reset();
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  await send(eventBridgeAnnouncer(new EventBridgeClient({ region: 'eu-central-1' })));
  const [entry] = bus.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries!;
  return {
    version: '0',
    account: '123456789012',
    region: 'eu-central-1',
    source: entry!.Source,
    'detail-type': entry!.DetailType,
    detail: JSON.parse(entry!.Detail!) as unknown,
  };
}

const CURRENT = publicationAt(4294, '2025-10-14T22:31:00.000Z');

/** What the core functions send of a pipeline. */
function eventsOf(pipeline: string): Readonly<Record<string, () => Promise<JsonObject>>> {
  const rebake = { pipeline, execution: 'arn:aws:states:eu-central-1:123456789012:execution:rebake:1' };
  const notified = (announcer: Announcer) => ({
    announcer,
    documents: memoryDocuments(),
    notifier: { notify: () => Promise.resolve() },
    now: () => new Date('2025-10-14T22:31:00Z'),
  });
  return {
    onPublished: () =>
      sent((announcer) =>
        announceLatest(
          { announcer, documents: memoryDocuments() },
          { ...DESCRIPTION, pipeline },
          publicationAt(4294, '2025-10-14T22:31:00.000Z'),
        ),
      ),
    onImagesPublished: () =>
      sent((announcer) =>
        announceImages(
          { announcer, documents: memoryDocuments(publishedImages(CURRENT)) },
          { ...DESCRIPTION, pipeline },
          CURRENT,
        ),
      ),
    onFailed: () =>
      sent((announcer) =>
        noteFailure(notified(announcer), rebake, {
          orderId: 'order',
          cause: 'no room',
          code: 'NO_SPACE',
          verdict: undefined,
        }),
      ),
    onNeedsOperator: () =>
      sent((announcer) =>
        noteDecision(notified(announcer), rebake, {
          decision: 'needsOperator',
          reason: 'servercore went back.',
          findings: [],
        } as unknown as Parameters<typeof noteDecision>[2]),
      ),
  };
}

const METHODS = ['onPublished', 'onImagesPublished', 'onFailed', 'onNeedsOperator'] as const;

const stack = new Stack(new App(), 'Platform');
const pipeline = new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
const topic = new Topic(stack, 'Tell');
for (const method of METHODS) {
  pipeline[method](method, { target: new SnsTopic(topic) });
}
pipeline.onPublished('Inexact', {
  description: 'inexact ones',
  eventPattern: { detail: { mode: ['nearestLower', 'previousRevision'] } },
});
const template = Template.fromStack(stack);

/** The rule whose id ends so, as its template has it. */
function ruleOf(id: string) {
  const found = Object.entries(template.findResources('AWS::Events::Rule')).find(([logicalId]) =>
    logicalId.startsWith(`Pipeline${id}`),
  );
  return found![1]['Properties'] as {
    readonly EventPattern: JsonObject;
    readonly Description: string;
    readonly Targets?: readonly { readonly Arn: unknown }[];
  };
}

test.each(METHODS)('%s takes its own event as it is really sent, and no other', async (method) => {
  const taken: string[] = [];
  for (const [name, send] of Object.entries(eventsOf('2022-core'))) {
    if (takesEvent(ruleOf(method).EventPattern, await send())) {
      taken.push(name);
    }
  }
  expect(taken).toEqual([method]);
});

test.each(METHODS)('%s takes no event of another pipeline or source', async (method) => {
  const { EventPattern: pattern } = ruleOf(method);
  expect(takesEvent(pattern, await eventsOf('2019-full')[method]!())).toBe(false);
  const own = await eventsOf('2022-core')[method]!();
  expect(takesEvent(pattern, { ...own, source: 'aws.ssm' })).toBe(false);
});

test.each(METHODS)('%s has its target and says what it is', (method) => {
  expect(ruleOf(method).Targets).toMatchObject([{ Arn: { Ref: expect.stringMatching(/^Tell/) as string } }]);
  expect(ruleOf(method).Description).toMatch(/^Winbake 2022-core: Winbake /);
});

test('a pattern of the user narrows the rule', async () => {
  const { Description, EventPattern: pattern, Targets } = ruleOf('Inexact');
  const exact = await eventsOf('2022-core')['onPublished']!();
  expect(takesEvent(pattern, exact)).toBe(false);
  const inexact = { ...exact, detail: { ...(exact['detail'] as object), mode: 'previousRevision' } };
  expect(takesEvent(pattern, inexact)).toBe(true);
  expect([Description, Targets]).toEqual(['inexact ones', undefined]);
});

test('docs/events.md has every field of each event, and no other', async () => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'events.md'), 'utf8');
  for (const send of Object.values(eventsOf('2022-core'))) {
    const event = await send();
    const [, section = ''] =
      new RegExp(`^## ${String(event['detail-type'])}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(text) ?? [];
    const documented = [...section.matchAll(/^- ((?:`\w+`(?:, )?)+): /gm)].flatMap(([, fields = '']) =>
      fields.replaceAll('`', '').split(', '),
    );
    expect(documented.sort()).toEqual(Object.keys(event['detail'] as object).sort());
  }
});

test('the matcher refuses what it does not know', () => {
  const pattern = { source: [{ suffix: 'bake' }] } as JsonObject;
  expect(() => takesEvent(pattern, { source: 'winbake' })).toThrow('in an event pattern');
});
