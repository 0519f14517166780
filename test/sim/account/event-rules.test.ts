import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameterStore } from '../../../lib/aws/stores/ssm-parameter-store';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { eventDocument, takesEvent } from '../../../sim/account/services/notices';
import { eventRulesOf } from '../../../sim/rehearsal/template-functions';
import { FunctionFailure, InvocationQueue } from '../../../sim/account/services/lambda';
import { stackModels } from '../../support/stack-models';
import { PLACE, allow, startLab } from '../../support/simulated-accounts-lab';

const EVENT = {
  account: '123456789012',
  region: 'us-east-1',
  source: 'aws.ssm',
  type: 'Parameter Store Change',
  detail: { name: '/a', operation: 'Update', list: ['x', 'y'], inner: { status: 'DONE' } },
};
const AT = new Date('2025-10-14T22:00:00.500Z');
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:mine';

describe('a pattern of a rule', () => {
  const document = eventDocument(EVENT, AT, 1);

  test.each<[string, object]>([
    ['its source', { source: ['aws.ec2', 'aws.ssm'] }],
    ['the beginning of its kind', { 'detail-type': [{ prefix: 'Parameter ' }] }],
    ['fields within', { detail: { operation: ['Update'], inner: { status: ['DONE'] } } }],
    ['one of several values', { detail: { list: ['y'] } }],
  ])('takes an event by %s', (_what, pattern) => {
    expect(takesEvent({ ...pattern }, document)).toBe(true);
  });

  test.each<[string, object]>([
    ['of another source', { source: ['aws.ec2'] }],
    ['without the field', { detail: { other: ['Update'] } }],
    ['with one wrong field of two', { source: ['aws.ssm'], detail: { name: ['/b'] } }],
    ['with another beginning', { 'detail-type': [{ prefix: 'EC2 ' }] }],
    ['with a text in place of fields', { detail: { name: { first: ['/a'] } } }],
  ])('leaves one %s', (_what, pattern) => {
    expect(takesEvent({ ...pattern }, document)).toBe(false);
  });

  test('with a filter that has no model is refused', () => {
    expect(() => takesEvent({ source: [{ suffix: 'ssm' }] }, document)).toThrow('does not model the filter');
    expect(() => takesEvent({ source: 'aws.ssm' }, document)).toThrow('does not model the event pattern');
  });
});

test('rules that start something else, or are disabled, start nothing', () => {
  const rule = (Properties: object) => ({ Type: 'AWS::Events::Rule', Properties: { ...Properties } });
  const target = { Id: 'one', Arn: FUNCTION };
  const [stack] = stackModels({
    Stack: {
      Resources: {
        Mine: rule({ ScheduleExpression: 'rate(1 hour)', Targets: [target, { Id: 'two', Arn: 'other' }] }),
        Off: rule({ ScheduleExpression: 'rate(1 hour)', State: 'DISABLED', Targets: [target] }),
        Other: rule({ EventPattern: { source: ['a'] }, Targets: [{ Id: 'one', Arn: { Ref: 'Nothing' } }] }),
      },
    },
  });
  expect(eventRulesOf(stack!, (arn) => arn === FUNCTION)).toMatchObject([
    { schedule: 'rate(1 hour)', pattern: undefined, targets: [{ arn: FUNCTION }] },
  ]);
});

describe('an event that a function fails on', () => {
  const start = (
    failures: number,
    failWith: (error: Error) => Error = (error) => new FunctionFailure(error),
  ) => {
    const clock = new VirtualClock(AT);
    const tried: number[] = [];
    const discarded: string[] = [];
    const queue = new InvocationQueue({
      find: () => () => {
        tried.push((clock.now().getTime() - AT.getTime()) / 1000);
        return tried.length > failures ? Promise.resolve() : Promise.reject(failWith(new Error('bad')));
      },
      after: (milliseconds, work) => {
        clock.after(milliseconds, work);
      },
      discard: ({ error }) => discarded.push(error.message),
    });
    return { clock, discarded, queue, tried };
  };
  const hours = new Date(AT.getTime() + 3 * 3_600_000);

  test('is tried again after one minute and after two more', async () => {
    const { clock, discarded, queue, tried } = start(2);
    queue.add(FUNCTION, {}, 5000);
    await clock.waitUntil(hours);
    expect({ tried, discarded }).toEqual({ tried: [5, 65, 185], discarded: [] });
  });

  test('is discarded after three times', async () => {
    const { clock, discarded, queue, tried } = start(9);
    queue.add(FUNCTION, {});
    await clock.waitUntil(hours);
    expect({ tried, discarded }).toEqual({ tried: [0, 60, 180], discarded: ['bad'] });
  });

  test('ends the simulation where that failed itself', async () => {
    const { clock, queue } = start(1, (error) => error);
    queue.add(FUNCTION, {});
    await expect(clock.waitUntil(hours)).rejects.toThrow('bad');
  });

  test('is refused beyond a megabyte', () => {
    const { queue } = start(0);
    expect(() => {
      queue.add(FUNCTION, 'x'.repeat(1024 * 1024 - 2));
    }).not.toThrow();
    expect(() => {
      queue.add(FUNCTION, 'x'.repeat(1024 * 1024 - 1));
    }).toThrow('of at most 1048576');
  });
});

describe('a parameter that holds an AMI', () => {
  const NAME = '/winbake/2022-core/current/ami-id';
  const AMI = 'ami-0123456789abcdef0';

  test('is announced when its value was checked, with the reason where it was not taken', async () => {
    const sent: unknown[] = [];
    const lab = startLab({ imageCheckMilliseconds: 30_000, deliver: (event) => sent.push(event) });
    try {
      const store = ssmParameterStore(new SSMClient(), (milliseconds) => {
        lab.clock.now = new Date(lab.clock.now.getTime() + milliseconds);
        return Promise.resolve();
      });
      await lab.as([allow(['ssm:*', 'ec2:DescribeImages'])], async () => {
        await expect(store.put(NAME, AMI, 'aws:ec2:image')).rejects.toThrow('did not take');
        lab.images.add(AMI);
        await store.put(NAME, AMI, 'aws:ec2:image');
      });
    } finally {
      lab.end();
    }
    const event = { ...PLACE, source: 'aws.ssm', type: 'Parameter Store Change' };
    const detail = { name: NAME, type: 'String', operation: 'Create', dataType: 'aws:ec2:image' };
    expect(sent).toEqual([
      expect.objectContaining({ ...event, detail: { ...detail, exception: 'Unable to Describe Resource' } }),
      expect.objectContaining({ ...event, detail }),
    ]);
  });
});
