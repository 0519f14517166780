import {
  InvalidNextToken,
  ParameterAlreadyExists,
  ParameterNotFound,
  ParameterVersionNotFound,
  SSMServiceException,
  type DeleteParameterCommandInput,
  type DeleteParameterCommandOutput,
  type GetParameterCommandInput,
  type GetParameterCommandOutput,
  type GetParametersCommandInput,
  type GetParametersCommandOutput,
  type GetParametersByPathCommandInput,
  type GetParametersByPathCommandOutput,
  type Parameter,
  type ParameterTier,
  type ParameterType,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { unmodelled } from '../../aws/cloudformation/environment';
import { parameterArn } from '../commands/data-commands';
import type { Place } from '../commands/command-row';
import { assumed, page, type Provenance } from '../provenance';
import type { SimulatedEvent } from './notices';
import {
  ByPlace,
  declared,
  operation,
  undeclared,
  type Call,
  type SimulatedService,
} from '../simulated-service';

interface Version {
  readonly value: string;
  readonly version: number;
  readonly modified: Date;
}

interface StoredParameter {
  readonly type: ParameterType;
  readonly dataType: string;
  readonly tier: ParameterTier;
  /** The newest last; the service keeps a hundred. */
  readonly versions: readonly Version[];
}

/** A write of an AMI id that the service still checks. */
interface PendingWrite {
  readonly input: PutParameterCommandInput;
  readonly version: number;
  readonly at: number;
}

interface Region {
  readonly parameters: Map<string, StoredParameter>;
  pending: readonly PendingWrite[];
}

/** What the simulated Parameter Store hangs on. */
export interface SimulatedSsmOptions {
  /** Whether an AMI can be seen from there. */
  readonly imageExists: (amiId: string, place: Place) => boolean;
  /** How long the service checks an AMI id after it has answered. */
  readonly imageCheckMilliseconds?: () => number;
  /** Takes the events that the service sends. */
  readonly send?: (event: SimulatedEvent) => void;
}

const CHANGE = 'Parameter Store Change';
const IMAGE = 'aws:ec2:image';

const API = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_';
const LIMITS = page(
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
);
const TEXTS = assumed(
  'The texts of the errors of Parameter Store; their names and conditions are documented.',
);
/** The model has no least length; the service does. */
const NOT_EMPTY: Provenance = { origin: 'deployed', source: 'https://github.com/getmoto/moto/issues/3794' };

/** Bytes that a value of each tier may have. */
const TIER_LIMITS = { Standard: 4096, Advanced: 8192 } as const;
const MOST_VERSIONS = 100;
const PAGE_SIZE = 10;

/** The Parameter Store of each account and region. */
export class SimulatedSsm implements SimulatedService {
  readonly id = 'ssm';
  readonly ServiceException = SSMServiceException;
  private readonly regions = new ByPlace<Region>(() => ({ parameters: new Map(), pending: [] }));

  constructor(private readonly options: SimulatedSsmOptions) {}

  readonly operations = {
    GetParameter: operation<GetParameterCommandInput, GetParameterCommandOutput>(
      page(`${API}GetParameter.html`),
      (call) => this.getParameter(call),
    ),
    GetParameters: operation<GetParametersCommandInput, GetParametersCommandOutput>(
      page(`${API}GetParameters.html`),
      ({ input: { Names = [] }, now, place }) => {
        const other = Names.find((name) => /^arn:|:/.test(name));
        if (other !== undefined) {
          throw unmodelled(`GetParameters of ${other}`);
        }
        const found = Names.map(
          (name) => [name, this.region(name, place, now).parameters.get(name)] as const,
        );
        return {
          Parameters: found.flatMap(([name, stored]) => {
            const version = stored?.versions.at(-1);
            return stored === undefined || version === undefined
              ? []
              : parameterOf(name, stored, version, place);
          }),
          InvalidParameters: found.filter(([, stored]) => stored === undefined).map(([name]) => name),
        };
      },
    ),
    GetParametersByPath: operation<GetParametersByPathCommandInput, GetParametersByPathCommandOutput>(
      page(`${API}GetParametersByPath.html`),
      (call) => this.getParametersByPath(call),
    ),
    PutParameter: operation<PutParameterCommandInput, PutParameterCommandOutput>(
      page(`${API}PutParameter.html`),
      (call) => this.putParameter(call),
    ),
    DeleteParameter: operation<DeleteParameterCommandInput, DeleteParameterCommandOutput>(
      page(`${API}DeleteParameter.html`),
      ({ input: { Name = '' }, now, place }) => {
        const { parameters } = this.region(Name, place, now);
        const stored = parameters.get(Name);
        if (stored === undefined) {
          throw declared(ParameterNotFound, `Parameter ${Name} not found.`, TEXTS);
        }
        parameters.delete(Name);
        this.announce(place, Name, { operation: 'Delete', type: stored.type });
        return {};
      },
    ),
  };

  /** The value without asking who reads it, as CloudFormation and a person at the console would. */
  read(place: Place, name: string, now: Date): string | undefined {
    return this.region(name, place, now).parameters.get(name)?.versions.at(-1)?.value;
  }

  /** All values below a path by name, without asking who reads them. */
  below(place: Place, path: string, now: Date): Readonly<Record<string, string>> {
    const names = [...this.region(path, place, now).parameters.keys()].filter((name) =>
      name.startsWith(`${path}/`),
    );
    return Object.fromEntries(names.sort().map((name) => [name, this.read(place, name, now) ?? '']));
  }

  /** Deletes a parameter as CloudFormation would; one that somebody else has deleted is gone already. */
  remove(place: Place, name: string, now: Date): void {
    this.region(name, place, now).parameters.delete(name);
  }

  /** Writes a value as CloudFormation, or AWS itself for its public parameters, would. */
  publish(place: Place, name: string, value: string, now: Date): void {
    const region = this.region(name, place, now);
    this.write(region, { Name: name, Value: value, Type: 'String' }, now, place);
  }

  private getParameter({ input, now, place }: Call<GetParameterCommandInput>) {
    const [, Name = '', selector] =
      /^(?:arn:[^/]*:parameter)?([^:]*)(?::(.+))?$/.exec(input.Name ?? '') ?? [];
    const stored = this.region(Name, place, now).parameters.get(Name);
    if (stored === undefined) {
      throw declared(ParameterNotFound, `Parameter ${Name} not found.`, TEXTS);
    }
    const version =
      selector === undefined
        ? stored.versions.at(-1)
        : stored.versions.find((one) => String(one.version) === selector);
    if (version === undefined) {
      const text = `Systems Manager could not find version ${selector} of ${Name}. Verify the version and try again.`;
      throw declared(ParameterVersionNotFound, text, TEXTS);
    }
    return { Parameter: parameterOf(Name, stored, version, place) };
  }

  private getParametersByPath({ input, now, place }: Call<GetParametersByPathCommandInput>) {
    const { MaxResults = PAGE_SIZE, NextToken, Recursive = false } = input;
    const path = `${(input.Path ?? '').replace(/\/$/, '')}/`;
    const { parameters } = this.region(path, place, now);
    const names = [...parameters.keys()]
      .filter((name) => name.startsWith(path) && (Recursive || !name.slice(path.length).includes('/')))
      .sort();
    const start = NextToken === undefined ? 0 : names.findIndex((name) => name > NextToken);
    if (NextToken?.startsWith(path) === false) {
      throw declared(InvalidNextToken, 'The specified token is not valid.', TEXTS);
    }
    const shown = start === -1 ? [] : names.slice(start, start + MaxResults);
    const last = shown.at(-1);
    const Parameters = shown.flatMap((name) => {
      const stored = parameters.get(name);
      const version = stored?.versions.at(-1);
      return stored === undefined || version === undefined ? [] : parameterOf(name, stored, version, place);
    });
    return { Parameters, ...(last === undefined || last === names.at(-1) ? {} : { NextToken: last }) };
  }

  private putParameter({ input, now, place }: Call<PutParameterCommandInput>) {
    const { Name = '', Overwrite = false, Type, Value = '' } = input;
    const region = this.region(Name, place, now);
    const stored = region.parameters.get(Name);
    if (/^\/?(aws|ssm)/i.test(Name)) {
      throw undeclared(
        SSMServiceException,
        {
          name: 'AccessDeniedException',
          status: 400,
          message: `No access to reserved parameter name: ${Name}.`,
        },
        page('https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html'),
      );
    }
    if (Value === '') {
      throw undeclared(
        SSMServiceException,
        {
          name: 'ValidationException',
          status: 400,
          message:
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
        },
        NOT_EMPTY,
      );
    }
    if (stored !== undefined && !Overwrite) {
      throw declared(
        ParameterAlreadyExists,
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        TEXTS,
      );
    }
    if (stored === undefined && Type === undefined) {
      throw invalid('A parameter type is required when you create a parameter.');
    }
    const tier = tierFor(input, stored);
    const limit = TIER_LIMITS[tier];
    if (Buffer.byteLength(Value) > limit) {
      throw undeclared(
        SSMServiceException,
        {
          name: 'ValidationException',
          status: 400,
          message: `${tier} tier parameters support a maximum parameter value of ${limit} characters.`,
        },
        LIMITS,
      );
    }
    if (input.DataType === IMAGE) {
      return { Version: this.checkLater(region, input, now), Tier: tier };
    }
    return { Version: this.write(region, input, now, place), Tier: tier };
  }

  /**
   * The service answers at once, and changes nothing where the AMI turns out not to exist.
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
   */
  private checkLater(region: Region, input: PutParameterCommandInput, now: Date): number {
    const stored = region.parameters.get(input.Name ?? '');
    const version = (stored?.versions.at(-1)?.version ?? 0) + 1;
    const at = now.getTime() + (this.options.imageCheckMilliseconds?.() ?? 0);
    region.pending = [...region.pending, { input, version, at }];
    return version;
  }

  /** The parameters of a region as they are by now; AWS's own belong to no account. */
  private region(name: string, { account, region }: Place, now: Date): Region {
    const place = { account: name.startsWith('/aws/') ? 'aws' : account, region };
    const found = this.regions.at(place);
    const due = found.pending.filter(({ at }) => at <= now.getTime());
    if (due.length > 0) {
      found.pending = found.pending.filter((one) => !due.includes(one));
      due.forEach((one) => {
        this.endCheck(found, one, place);
      });
    }
    return found;
  }

  /** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html */
  private endCheck(region: Region, { at, input }: PendingWrite, place: Place): void {
    const { Name = '', Type: type = 'String', Value = '' } = input;
    if (this.options.imageExists(Value, place)) {
      this.write(region, input, new Date(at), place);
      return;
    }
    this.announce(place, Name, {
      exception: 'Unable to Describe Resource',
      dataType: IMAGE,
      type,
      operation: region.parameters.has(Name) ? 'Update' : 'Create',
    });
  }

  /**
   * AWS's own parameters are announced to nobody.
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
   */
  private announce(place: Place, name: string, detail: Readonly<Record<string, string>>): void {
    if (!name.startsWith('/aws/')) {
      const resources = [parameterArn(name, place)];
      this.options.send?.({
        ...place,
        source: 'aws.ssm',
        type: CHANGE,
        resources,
        detail: { name, ...detail },
      });
    }
  }

  private write(
    { parameters }: Region,
    input: PutParameterCommandInput,
    modified: Date,
    place: Place,
  ): number {
    const { DataType = 'text', Name = '', Type, Value: value = '' } = input;
    const stored = parameters.get(Name);
    const versions = stored?.versions ?? [];
    const version = (versions.at(-1)?.version ?? 0) + 1;
    parameters.set(Name, {
      type: Type ?? stored?.type ?? 'String',
      dataType: DataType,
      tier: tierFor(input, stored),
      versions: [...versions, { value, version, modified }].slice(-MOST_VERSIONS),
    });
    this.announce(place, Name, {
      operation: stored === undefined ? 'Create' : 'Update',
      type: Type ?? stored?.type ?? 'String',
      ...(DataType === IMAGE ? { dataType: DataType } : {}),
    });
    return version;
  }
}

function tierFor(
  { Tier, Value = '' }: PutParameterCommandInput,
  stored: StoredParameter | undefined,
): keyof typeof TIER_LIMITS {
  const isAdvanced =
    Tier === 'Advanced' ||
    stored?.tier === 'Advanced' ||
    (Tier === 'Intelligent-Tiering' && Buffer.byteLength(Value) > TIER_LIMITS.Standard);
  return isAdvanced ? 'Advanced' : 'Standard';
}

function invalid(message: string) {
  return undeclared(SSMServiceException, { name: 'ValidationException', status: 400, message }, TEXTS);
}

function parameterOf(
  Name: string,
  { dataType, type }: StoredParameter,
  { modified, value, version }: Version,
  place: Place,
): Parameter {
  return {
    Name,
    Type: type,
    Value: value,
    Version: version,
    LastModifiedDate: modified,
    ARN: parameterArn(Name, place),
    DataType: dataType,
  };
}
