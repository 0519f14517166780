import { MODEL_DIFFERENCES } from './service-models';
import { SERVICE_MODELS, type ServiceId, type ServiceModel, type Shape } from './service-models';

/** One thing that a model does not allow. */
export interface Violation {
  /** Where, as services write it: `parameterFilters.1.member.key`. */
  readonly path: string;
  /** What it fails, in the services' words. */
  readonly constraint: string;
  readonly value: unknown;
}

/** A refusal of an input: what its text is, and whether the service writes it so or we do. */
export interface InputRefusal {
  readonly code: string;
  readonly message: string;
  readonly wording: 'service' | 'ours';
}

/** A value found where a model wants another type, or a member that the model does not have. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/**
 * What of an input its service's model does not allow, in the order of the model. Throws a `ShapeError` for what no client
 * in TypeScript should send: another type, or a member that the service does not know.
 */
function inputViolations(service: ServiceId, operation: string, input: unknown): readonly Violation[] {
  return violationsOf(service, operation, 'input', input);
}

/**
 * What of an output its service's model does not allow. Models limit many outputs more strictly than services do, so only
 * shape, required members and enums count.
 */
export function outputViolations(
  service: ServiceId,
  operation: string,
  output: unknown,
): readonly Violation[] {
  return violationsOf(service, operation, 'output', output);
}

/** What the service says of such an input, or undefined where it takes it. */
export function refusalOfInput(
  service: ServiceId,
  operation: string,
  input: unknown,
): InputRefusal | undefined {
  const violations = inputViolations(service, operation, input);
  return violations.length === 0 ? undefined : refusal(SERVICE_MODELS[service].protocol, violations);
}

/**
 * Services on Amazon's common framework count the errors in one text, and say the same words in each. EC2 and S3 have codes of
 * their own, with texts that no page lists.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
 */
function refusal(protocol: string, violations: readonly Violation[]): InputRefusal {
  const texts = violations.map(({ path, constraint, value }) => {
    return `Value ${value === undefined ? 'null' : `'${shown(value)}'`} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
  const common = { message: `${count}: ${texts.join('; ')}`, wording: 'service' } as const;
  switch (protocol) {
    case 'ec2': {
      const [first] = violations;
      return first?.constraint === NOT_NULL
        ? {
            code: 'MissingParameter',
            message: `The request must contain the parameter ${first.path}`,
            wording: 'ours',
          }
        : { code: 'InvalidParameterValue', message: texts.join('; '), wording: 'ours' };
    }
    case 'rest-xml':
      return { code: 'InvalidArgument', message: texts.join('; '), wording: 'ours' };
    case 'query':
      return { code: 'ValidationError', ...common };
    default:
      return { code: 'ValidationException', ...common };
  }
}

const NOT_NULL = 'Member must not be null';

/** What the SDK may send although the models do not have it. */
const UNCHECKED: ReadonlySet<string> = new Set(
  MODEL_DIFFERENCES.flatMap(({ knownTo, members }) => (knownTo === 'SDK' ? members : [])),
);

/** Where a value stands. It is put into words for a violation alone, since a walk has few of them. */
interface At {
  readonly parent: At | undefined;
  readonly name: string;
  /** The key of a map, which services write as it was given. */
  readonly isKey?: true;
}

interface Walk {
  readonly service: ServiceId;
  readonly model: ServiceModel;
  readonly direction: 'input' | 'output';
  readonly found: Violation[];
}

function violationsOf(
  service: ServiceId,
  operation: string,
  direction: 'input' | 'output',
  value: unknown,
): readonly Violation[] {
  const model = SERVICE_MODELS[service];
  const known = Object.hasOwn(model.operations, operation) ? model.operations[operation] : undefined;
  if (known === undefined) {
    throw new ShapeError(
      `The model of ${service} has no operation ${operation}; run tools/build/aws-models.py, which takes those that are sent.`,
    );
  }
  const root = known[direction];
  const found: Violation[] = [];
  if (root !== null) {
    check({ service, model, direction, found }, root, value ?? {}, undefined);
  }
  return found;
}

function check(walk: Walk, name: string, value: unknown, at: At | undefined): void {
  const shape = walk.model.shapes[name];
  const type = shape?.type ?? name;
  if (!isOf(type, value)) {
    throw new ShapeError(`${placeOf(at)} must be of type ${type}; got: ${shown(value)}.`);
  }
  if (shape === undefined) {
    return;
  }
  if (walk.direction === 'input') {
    checkLimits(walk, shape, value, at);
  }
  if (shape.enum !== undefined && !shape.enum.includes(value as string)) {
    add(walk, at, `Member must satisfy enum value set: [${shape.enum.join(', ')}]`, value);
  }
  switch (type) {
    case 'structure':
      checkStructure(walk, name, value as Record<string, unknown>, at);
      break;
    case 'list':
      (value as readonly unknown[]).forEach((item, index) => {
        check(walk, shape.member ?? 'string', item, { parent: at, name: `${index + 1}.member` });
      });
      break;
    case 'map':
      for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
        check(walk, shape.key ?? 'string', key, { parent: at, name: 'key' });
        check(walk, shape.value ?? 'string', item, {
          parent: { parent: at, name: key, isKey: true },
          name: 'member',
        });
      }
      break;
  }
}

function checkStructure(walk: Walk, shape: string, value: Record<string, unknown>, at: At | undefined): void {
  const { filled = [], members = {}, required = [], union } = walk.model.shapes[shape] ?? {};
  for (const member of required) {
    if (value[member] === undefined && !filled.includes(member)) {
      add(walk, { parent: at, name: member }, NOT_NULL, undefined);
    }
  }
  let given = 0;
  for (const member of Object.keys(value)) {
    const item = value[member];
    if (item === undefined || (member === '$metadata' && at === undefined)) {
      continue;
    }
    given += 1;
    const name = Object.hasOwn(members, member) ? members[member] : undefined;
    if (name === undefined) {
      if (UNCHECKED.has(`${walk.service}.${shape}.${member}`)) {
        continue;
      }
      throw new ShapeError(`${placeOf(at)} has no member ${member}.`);
    }
    check(walk, name, item, { parent: at, name: member });
  }
  if (union === true && given !== 1) {
    throw new ShapeError(`${placeOf(at)} must have exactly one member; got: ${given}.`);
  }
}

function checkLimits(
  walk: Walk,
  { type, min, max, pattern }: Shape,
  value: unknown,
  at: At | undefined,
): void {
  const [size, what] = sizeOf(type, value);
  if (min !== undefined && size < min) {
    add(walk, at, `Member must have ${what} greater than or equal to ${min}`, value);
  }
  if (max !== undefined && size > max) {
    add(walk, at, `Member must have ${what} less than or equal to ${max}`, value);
  }
  if (pattern !== undefined && !compiled(pattern).test(value as string)) {
    add(walk, at, `Member must satisfy regular expression pattern: ${pattern}`, value);
  }
}

function sizeOf(type: string, value: unknown): readonly [number, string] {
  switch (type) {
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return [value as number, 'value'];
    case 'map':
      return [Object.keys(value as object).length, 'length'];
    default:
      return [(value as { readonly length?: number }).length ?? 0, 'length'];
  }
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'character':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'long':
      return Number.isInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'blob':
      // Bytes, text, or a stream.
      return typeof value === 'string' || (typeof value === 'object' && value !== null);
    case 'list':
      return Array.isArray(value);
    case 'document':
      // Any JSON.
      return true;
    default:
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function add({ found }: Walk, at: At | undefined, constraint: string, value: unknown): void {
  found.push({ path: pathOf(at), constraint, value });
}

function placeOf(at: At | undefined): string {
  return at === undefined ? 'The whole' : pathOf(at);
}

function pathOf(at: At | undefined): string {
  if (at === undefined) {
    return '';
  }
  const name = at.isKey === true ? at.name : lowerFirst(at.name);
  return at.parent === undefined ? name : `${pathOf(at.parent)}.${name}`;
}

const PATTERNS = new Map<string, RegExp>();

/** Services ask whether the whole text matches. */
function compiled(pattern: string): RegExp {
  const known = PATTERNS.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'su');
  PATTERNS.set(pattern, known);
  return known;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
