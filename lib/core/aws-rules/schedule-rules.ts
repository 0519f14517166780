import type { JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import {
  at,
  has,
  inside,
  mustBeOneOf,
  mustLieIn,
  mustMatch,
  roughText,
  shown,
  text,
  UNKNOWN_TEXT,
  when,
} from './values';

const API = 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html';
const TARGET = 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html';

const FUNCTION = {
  Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:poll',
  RoleArn: 'arn:aws:iam::111122223333:role/poll-schedule',
};

/** A schedule that is accepted. */
export const SCHEDULE_EXAMPLE: JsonObject = {
  Name: 'poll',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ScheduleExpression: 'cron(0 17 ? * 3#2 *)',
  ScheduleExpressionTimezone: 'America/Los_Angeles',
  Target: FUNCTION,
};

const target = (change: JsonObject): JsonObject => ({ Target: { ...FUNCTION, ...change } });

/** What `CreateSchedule` of EventBridge Scheduler refuses. */
export const SCHEDULE_RULES: readonly Rule[] = [
  {
    id: 'schedule/name',
    source: API,
    wayOut: 'Shorten or respell it.',
    refused: { Name: 'poll/2022' },
    check: (document) => [
      ...mustMatch(document, 'Name', /^[\w-.]{1,64}$/, '1 to 64 letters, digits and - _ .'),
      ...mustMatch(document, 'GroupName', /^[\w-.]{1,64}$/, '1 to 64 letters, digits and - _ .'),
    ],
  },
  {
    id: 'schedule/expression',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html',
    wayOut: 'Give cron with six fields and one ?, rate in minutes at least, or at with an instant.',
    refused: { ScheduleExpression: 'rate(10 seconds)' },
    check: (document) => {
      const expression = text(document, 'ScheduleExpression');
      return expression === undefined
        ? []
        : wrongSchedule(expression, { isRateOfOneSingular: false, at: true });
    },
  },
  {
    id: 'schedule/timezone',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#time-zones',
    wayOut: 'Name a zone of the IANA database, such as Europe/Berlin.',
    refused: { ScheduleExpressionTimezone: 'Pacific Standard Time' },
    check: (document) => {
      const zone = text(document, 'ScheduleExpressionTimezone');
      return when(
        zone !== undefined && !isZone(zone),
        `ScheduleExpressionTimezone must be a zone of the IANA database; got: ${shown(zone)}`,
      );
    },
  },
  {
    id: 'schedule/window',
    source: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html',
    wayOut: 'Give Mode: OFF, or FLEXIBLE with 1 to 1440 minutes.',
    refused: { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
    check: (document) => {
      const window = at(document, 'FlexibleTimeWindow');
      return inside('FlexibleTimeWindow', [
        ...mustBeOneOf(window, 'Mode', ['OFF', 'FLEXIBLE']),
        ...mustLieIn(window, 'MaximumWindowInMinutes', 1, 1440),
        ...when(
          text(window, 'Mode') === 'FLEXIBLE' && !has(window, 'MaximumWindowInMinutes'),
          'FLEXIBLE needs MaximumWindowInMinutes; got: nothing',
        ),
      ]);
    },
  },
  {
    id: 'schedule/state',
    source: API,
    wayOut: 'Spell it in capitals.',
    refused: { State: 'Enabled' },
    check: (document) => [
      ...mustBeOneOf(document, 'State', ['ENABLED', 'DISABLED']),
      ...mustBeOneOf(document, 'ActionAfterCompletion', ['NONE', 'DELETE']),
    ],
  },
  {
    id: 'schedule/dates',
    source: API,
    wayOut: 'Let it end after it begins.',
    refused: { StartDate: '2026-02-01T00:00:00Z', EndDate: '2026-01-01T00:00:00Z' },
    check: (document) => {
      const [start = '', end = ''] = ['StartDate', 'EndDate'].map((name) => text(document, name));
      return when(Date.parse(start) >= Date.parse(end), `EndDate must be after StartDate; got: ${end}`);
    },
  },
  {
    id: 'schedule/target',
    source: TARGET,
    wayOut: 'Name a role that scheduler.amazonaws.com may assume.',
    refused: target({ RoleArn: 'poll-schedule' }),
    check: (document) =>
      mustMatch(
        at(document, 'Target'),
        'RoleArn',
        /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
        'the ARN of a role',
      ),
  },
  {
    id: 'schedule/retries',
    source: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html',
    wayOut: 'Leave them out for 185 attempts in a day.',
    refused: target({ RetryPolicy: { MaximumRetryAttempts: 200 } }),
    check: (document) => {
      const retries = at(at(document, 'Target'), 'RetryPolicy');
      return [
        ...mustLieIn(retries, 'MaximumRetryAttempts', 0, 185),
        ...mustLieIn(retries, 'MaximumEventAgeInSeconds', 60, 86_400),
      ];
    },
  },
  {
    id: 'schedule/dead-letters',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html',
    wayOut: 'Name a standard queue by its ARN.',
    refused: target({ DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:111122223333:letters.fifo' } }),
    check: (document) =>
      mustMatch(
        at(at(document, 'Target'), 'DeadLetterConfig'),
        'Arn',
        /^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[\w-]+$/,
        'the ARN of a standard queue',
      ),
  },
  {
    id: 'schedule/universal-target',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html',
    wayOut: 'Name a call that changes something, in camel case, and give its request as JSON.',
    refused: target({ Arn: 'arn:aws:scheduler:::aws-sdk:ec2:describeInstances' }),
    check: (document) => {
      const called = at(document, 'Target');
      const [, call] = /:scheduler:::aws-sdk:[\w-]+:(\w+)$/.exec(roughText(called, 'Arn') ?? '') ?? [];
      const input = text(called, 'Input');
      return call === undefined
        ? []
        : [
            ...when(
              /^(get|describe|list|batchGet)/.test(call),
              `Scheduler makes no calls that only read; got: ${call}`,
            ),
            ...when(!/^[a-z]/.test(call), `the call is spelled in camel case; got: ${call}`),
            ...when(input !== undefined && !isJson(input), `Input must be JSON; got: ${shown(input)}`),
          ];
    },
  },
  {
    id: 'schedule/templated-target',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html',
    wayOut: 'Give the parameters of that target.',
    refused: target({ Arn: 'arn:aws:events:eu-west-1:111122223333:event-bus/default' }),
    check: (document) => {
      const called = at(document, 'Target');
      const arn = roughText(called, 'Arn') ?? '';
      const needed = arn.includes(UNKNOWN_TEXT)
        ? []
        : ([
            [/:events:.*:event-bus\//, 'EventBridgeParameters'],
            [/:kinesis:.*:stream\//, 'KinesisParameters'],
            [/:ecs:.*:cluster\//, 'EcsParameters'],
            [/:sqs:.*\.fifo$/, 'SqsParameters'],
          ] as const);
      return needed
        .filter(([pattern, name]) => pattern.test(arn) && !has(called, name))
        .map(([, name]) => `Target needs ${name} for ${arn}; got: nothing`);
    },
  },
];

function isZone(zone: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(zone) && Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat
    );
  } catch {
    return false;
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** In what the services that take schedules differ. */
interface Dialect {
  /** Whether `rate(1 minutes)` and `rate(5 minute)` are refused. */
  readonly isRateOfOneSingular: boolean;
  /** Whether `at(...)` is taken. */
  readonly at: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A field of a cron expression. */
interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** Values that only this field has. */
  readonly special?: RegExp;
}

const FIELDS: readonly Field[] = [
  { name: 'minutes', least: 0, most: 59 },
  { name: 'hours', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31, special: /^(L|LW|L-\d{1,2}|([1-9]|[12]\d|3[01])W)$/ },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of week', least: 1, most: 7, names: DAYS, special: /^(L|([1-7]|[A-Z]{3})(L|#[1-5]))$/ },
  { name: 'year', least: 1970, most: 2199 },
];

/**
 * What is wrong in a schedule of EventBridge, of its Scheduler or of Image Builder.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function wrongSchedule(expression: string, dialect: Dialect): readonly string[] {
  const [, form, body = ''] = /^(cron|rate|at)\((.*)\)$/s.exec(expression.trim()) ?? [];
  switch (form) {
    case 'cron':
      return wrongCron(body);
    case 'rate':
      return wrongRate(body, dialect);
    case 'at':
      return dialect.at
        ? wrongInstant(body)
        : [`at is for EventBridge Scheduler alone; got: ${shown(expression)}`];
    case undefined:
    default:
      return [
        `a schedule is cron(...) or rate(...)${dialect.at ? ', or at(...)' : ''}; got: ${shown(expression)}`,
      ];
  }
}

function wrongRate(body: string, { isRateOfOneSingular }: Dialect): readonly string[] {
  const [, count = '', unit = '', plural = ''] = /^\s*(\d+)\s+(minute|hour|day)(s?)\s*$/.exec(body) ?? [];
  return [
    ...when(
      unit === '' || Number(count) < 1,
      `a rate is a positive number and minutes, hours or days; got: rate(${body})`,
    ),
    ...when(
      isRateOfOneSingular && unit !== '' && (Number(count) === 1) !== (plural === ''),
      `the unit of a rate is singular for 1, and else plural; got: rate(${body})`,
    ),
  ];
}

function wrongInstant(body: string): readonly string[] {
  const isForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body);
  const instant = new Date(`${body}Z`);
  const isReal = isForm && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(body);
  return when(!isReal, `at takes a real instant as yyyy-mm-ddThh:mm:ss; got: at(${body})`);
}

function wrongCron(body: string): readonly string[] {
  // A comma at the end of a field has been seen to be taken.
  const values = body.trim().split(/,?\s+/);
  if (values.length !== FIELDS.length) {
    return [`cron has six fields, from minutes to year; got: ${values.length} in cron(${body})`];
  }
  const [, , dayOfMonth, , dayOfWeek] = values;
  return [
    ...FIELDS.flatMap((field, index) => wrongField(field, (values[index] ?? '').toUpperCase())),
    ...when(
      (dayOfMonth === '?') === (dayOfWeek === '?'),
      `one of day of month and day of week must be ?, never both; got: cron(${body})`,
    ),
  ];
}

function wrongField(field: Field, value: string): readonly string[] {
  if (value === '?' && field.special !== undefined) {
    return [];
  }
  const parts = value.split(',');
  return parts
    .filter((part) => !isRight(field, part))
    .map((part) => `${field.name} cannot be ${shown(part)}`);
}

function isRight(field: Field, part: string): boolean {
  if (part === '*' || field.special?.test(part) === true) {
    return true;
  }
  const [range = '', step, ...more] = part.split('/');
  const [from = '', to, ...others] = range.split('-');
  const isStep = step === undefined || (/^\d+$/.test(step) && Number(step) > 0);
  const isRange =
    range === '*' ? step !== undefined : isOne(field, from) && (to === undefined || isOne(field, to));
  return isStep && isRange && more.length === 0 && others.length === 0;
}

function isOne({ least, most, names = [] }: Field, value: string): boolean {
  return (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most) || names.includes(value);
}
