import { shown, when } from './values';

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
