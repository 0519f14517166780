import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import { wrongSchedule } from './schedule-rules';
import {
  at,
  has,
  list,
  mustBeOneOf,
  mustMatch,
  objects,
  shown,
  text,
  twice,
  UNKNOWN_TEXT,
  when,
} from './values';

const API = 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html';
const PATTERNS = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html';

/** A rule of EventBridge that is accepted. */
export const EVENT_RULE_EXAMPLE: JsonObject = {
  Name: 'image-state',
  EventPattern: {
    source: ['aws.imagebuilder'],
    'detail-type': ['EC2 Image Builder Image State Change'],
    detail: { state: { status: ['FAILED', { prefix: 'CANCEL' }] } },
  },
  Targets: [{ Id: 'Notify', Arn: 'arn:aws:sns:eu-west-1:111122223333:notices' }],
};

const pattern = (detail: JsonObject): JsonObject => ({ EventPattern: { source: ['aws.ec2'], detail } });

/** What `PutRule` and `PutTargets` of EventBridge refuse. */
export const EVENT_RULE_RULES: readonly Rule[] = [
  {
    id: 'event-rule/name',
    source: API,
    wayOut: 'Shorten or respell it.',
    refused: { Name: 'image state' },
    check: (document) => mustMatch(document, 'Name', /^[\w.-]{1,64}$/, '1 to 64 letters, digits and . - _'),
  },
  {
    id: 'event-rule/trigger',
    source: 'https://github.com/awsdocs/aws-cloudformation-user-guide/pull/456',
    wayOut: 'Give one of them.',
    refused: { EventPattern: undefined },
    check: (document) =>
      when(
        !has(document, 'EventPattern') && !has(document, 'ScheduleExpression'),
        'EventPattern or ScheduleExpression must be given; got: neither',
      ),
  },
  {
    id: 'event-rule/schedule',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html',
    wayOut: 'Give cron with six fields and one ?, or rate in minutes at least, singular for 1.',
    refused: { ScheduleExpression: 'cron(7 20 * * 1-7 *)' },
    check: (document) => {
      const expression = text(document, 'ScheduleExpression');
      const bus = text(document, 'EventBusName');
      return [
        ...(expression === undefined
          ? []
          : wrongSchedule(expression, { isRateOfOneSingular: true, at: false })),
        ...when(
          expression !== undefined && bus !== undefined && !/(^|\/)default$/.test(bus),
          `ScheduleExpression is for the default event bus; got: ${bus ?? ''}`,
        ),
      ];
    },
  },
  {
    id: 'event-rule/pattern',
    source: PATTERNS,
    wayOut: 'Put values into lists, and leave empty objects out.',
    refused: pattern({ pipeline: { slug: 'golden' } }),
    check: (document) => {
      const given = at(document, 'EventPattern');
      return isJsonObject(given) ? wrongPattern(given, 'EventPattern') : [];
    },
  },
  {
    id: 'event-rule/pattern-size',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
    wayOut: 'Match by a prefix, or make several rules.',
    refused: pattern({ name: Array.from({ length: 300 }, (_, index) => `host-${index}`) }),
    check: (document) => {
      const { length } = JSON.stringify(at(document, 'EventPattern') ?? '');
      return when(length > 2048, `EventPattern must have at most 2048 characters; got: ${length}`);
    },
  },
  {
    id: 'event-rule/state',
    source: API,
    wayOut: 'Spell it in capitals.',
    refused: { State: 'Enabled' },
    check: (document) =>
      mustBeOneOf(document, 'State', [
        'ENABLED',
        'DISABLED',
        'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      ]),
  },
  {
    id: 'event-rule/targets',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html',
    wayOut: 'A rule has at most five targets, each with an id of its own.',
    refused: { Targets: [1, 2].map(() => ({ Id: 'Notify', Arn: 'arn:aws:sns:eu-west-1:111122223333:n' })) },
    check: (document) => {
      const targets = objects(document, 'Targets');
      return [
        ...twice(targets.flatMap((one) => text(one, 'Id') ?? [])).map(
          (id) => `Targets must have ids of their own; got: ${id} twice`,
        ),
        ...targets.flatMap((one) =>
          mustMatch(one, 'Id', /^[\w.-]{1,64}$/, '1 to 64 letters, digits and . - _'),
        ),
        ...when(
          list(document, 'Targets').length > 5,
          `Targets must be at most five; got: ${list(document, 'Targets').length}`,
        ),
      ];
    },
  },
];

function wrongPattern(given: JsonObject, where: string): readonly string[] {
  const entries = Object.entries(given);
  return [
    ...when(entries.length === 0, `${where}: empty objects are not allowed; got: {}`),
    ...entries.flatMap(([key, value]) => {
      const inner = `${where}.${key}`;
      if (key === '$or' && Array.isArray(value)) {
        return (value as readonly unknown[]).flatMap((one) =>
          isJsonObject(one)
            ? wrongPattern(one, inner)
            : [`${inner}: it is a list of patterns; got: ${shown(one)}`],
        );
      }
      if (isJsonObject(value)) {
        return wrongPattern(value, inner);
      }
      return Array.isArray(value)
        ? wrongValues(value as readonly unknown[], inner)
        : when(typeof value !== 'symbol', `${inner}: it must be an object or an array; got: ${shown(value)}`);
    }),
  ];
}

function wrongValues(values: readonly unknown[], where: string): readonly string[] {
  return [
    ...when(values.length === 0, `${where}: empty arrays are not allowed; got: []`),
    ...values.flatMap((value) => {
      if (Array.isArray(value)) {
        return [`${where}: an array cannot be in an array; got: ${shown(value)}`];
      }
      return isJsonObject(value) ? wrongFilter(value).map((wrong) => `${where}: ${wrong}`) : [];
    }),
  ];
}

const isText = (value: unknown): boolean => typeof value === 'string' || typeof value === 'symbol';
const isTextOrFolded = (value: unknown): boolean =>
  isText(value) || (isJsonObject(value) && Object.keys(value).join('') === 'equals-ignore-case');

/** What each filter takes. */
const FILTERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  prefix: isTextOrFolded,
  suffix: isTextOrFolded,
  'equals-ignore-case': isText,
  wildcard: (value) => isText(value) && !String(value).includes('**'),
  cidr: (value) => typeof value !== 'string' || /^[\da-f.:]+\/\d{1,3}$/i.test(value),
  exists: (value) => typeof value === 'boolean',
  numeric: isNumeric,
  'anything-but': (value) =>
    value !== null && typeof value !== 'boolean' && !(Array.isArray(value) && value.length === 0),
};

function isNumeric(value: unknown): boolean {
  const parts = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return (
    (parts.length === 2 || parts.length === 4) &&
    parts.every((part, index) =>
      index % 2 === 0 ? ['=', '<', '<=', '>', '>='].includes(String(part)) : typeof part === 'number',
    )
  );
}

function wrongFilter(filter: JsonObject): readonly string[] {
  const [entry, ...others] = Object.entries(filter);
  if (entry === undefined || others.length > 0) {
    return [`a filter has one key; got: ${shown(filter)}`];
  }
  const [name, value] = entry;
  const takes = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  return takes === undefined
    ? [`${name} is no filter; known are ${Object.keys(FILTERS).join(', ')}`]
    : when(!takes(value), `${name} does not take ${shown(value)}`);
}

const MOST_VARIABLE_BYTES = 4096;

/** A function that is accepted. */
export const FUNCTION_EXAMPLE: JsonObject = {
  Code: { S3Bucket: 'assets', S3Key: 'poll.zip' },
  Role: 'arn:aws:iam::111122223333:role/poll',
  Handler: 'poll.handler',
  Runtime: 'nodejs22.x',
  Environment: { Variables: { BUCKET: 'golden', POLICY: '{"waits":36}' } },
};

/** What Lambda refuses of a function. */
export const FUNCTION_RULES: readonly Rule[] = [
  {
    id: 'function/variables',
    source: 'https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594',
    wayOut: 'Keep long texts in a parameter or an object; Lambda measures names and values as one JSON text.',
    refused: { Environment: { Variables: { POLICY: '"'.repeat(2100) } } },
    check: (document) => {
      const bytes = variableBytes(at(at(document, 'Environment'), 'Variables'));
      return when(
        bytes > MOST_VARIABLE_BYTES,
        `Environment.Variables must have at most ${MOST_VARIABLE_BYTES} bytes as JSON; got: ${bytes}`,
      );
    },
  },
  {
    id: 'function/package',
    source: 'https://github.com/pipe-cd/pipecd/issues/1400',
    wayOut: 'Name both, or the image that has them: PackageType: Image.',
    refused: { Handler: undefined },
    check: (document) => {
      const needed = ['Runtime', 'Handler'];
      const isImage =
        (has(document, 'PackageType') && text(document, 'PackageType') !== 'Zip') ||
        has(at(document, 'Code'), 'ImageUri') ||
        typeof at(document, 'Code') === 'symbol';
      const given = needed.filter((name) => has(document, name));
      return when(
        !isImage && given.length < needed.length,
        `Runtime and Handler are mandatory parameters for functions created with deployment packages; got: ${given[0] ?? 'neither'}`,
      );
    },
  },
];

/** How many bytes Lambda measures at least: of what is not known yet, none. */
function variableBytes(variables: unknown): number {
  const known = Object.entries(isJsonObject(variables) ? variables : {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll(UNKNOWN_TEXT, '') : '',
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(known)));
}
