import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { asText, has, inside, shown, when, objects } from '../values';
import { declared } from './component-flow';

/** What a step of a component may do. */
interface ComponentAction {
  /** Whether its inputs are a list, one entry for each file. */
  readonly isList: boolean;
  /** The inputs without which it is refused. */
  readonly inputs: readonly string[];
  /** The platforms that it runs on; left out, it runs on all. */
  readonly platforms?: readonly string[];
  /** Whether it may go without inputs. */
  readonly isBare?: boolean;
}

const UNIX = ['Linux', 'macOS'];
const WINDOWS = ['Windows'];
const files = (...inputs: readonly string[]): ComponentAction => ({ isList: true, inputs });

/**
 * Every action module of AWSTOE.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
export const COMPONENT_ACTIONS: Readonly<Record<string, ComponentAction>> = {
  AppendFile: files('path'),
  Assert: { isList: false, inputs: [] },
  CopyFile: files('source', 'destination'),
  CopyFolder: files('source', 'destination'),
  CreateFile: files('path'),
  CreateFolder: files('path'),
  CreateSymlink: files('path', 'target'),
  DeleteFile: files('path'),
  DeleteFolder: files('path'),
  ExecuteBash: { isList: false, inputs: ['commands'], platforms: UNIX },
  ExecuteBinary: { isList: false, inputs: ['path'] },
  ExecuteDocument: { isList: false, inputs: ['document'] },
  ExecutePowerShell: { isList: false, inputs: [], platforms: WINDOWS },
  InstallMSI: { isList: false, inputs: ['path'], platforms: WINDOWS },
  ListFiles: files('path'),
  MoveFile: files('source', 'destination'),
  MoveFolder: files('source', 'destination'),
  ReadFile: files('path'),
  Reboot: { isList: false, inputs: [], isBare: true },
  S3Download: files('source', 'destination'),
  S3Upload: files('source', 'destination'),
  SetFileEncoding: files('path'),
  SetFileOwner: files('path'),
  SetFilePermissions: files('path', 'permissions'),
  SetFolderOwner: files('path'),
  SetFolderPermissions: files('path', 'permissions'),
  SetRegistry: { isList: true, inputs: ['path', 'name', 'value', 'type'], platforms: WINDOWS },
  UninstallMSI: { isList: false, inputs: ['path'], platforms: WINDOWS },
  UpdateOS: { isList: false, inputs: [], isBare: true },
  WebDownload: files('source', 'destination'),
};

/** The action module of that name. */
export function componentAction(name: unknown): ComponentAction | undefined {
  return typeof name === 'string' && Object.hasOwn(COMPONENT_ACTIONS, name)
    ? COMPONENT_ACTIONS[name]
    : undefined;
}

/** What a module cannot begin with: no inputs at all, the wrong shape, or one that it needs and lacks. */
export function wrongInputs(name: string, inputs: unknown): readonly string[] {
  const action = componentAction(name);
  if (action === undefined || typeof inputs === 'symbol') {
    return [];
  }
  const entries = Array.isArray(inputs) ? (inputs as readonly unknown[]) : [inputs];
  if (inputs === undefined || inputs === null || entries.length === 0) {
    return when(action.isBare !== true, `${name} requires inputs; got: ${shown(inputs)}`);
  }
  return [
    ...when(
      /^Execute(Bash|Binary|PowerShell)$/.test(name) && Array.isArray(inputs),
      `the inputs of ${name} are a mapping; got: a list`,
    ),
    ...entries.flatMap((entry, index) =>
      entries.length === 1
        ? wrongEntry(name, action, entry)
        : inside(`input ${index + 1}`, wrongEntry(name, action, entry)),
    ),
  ];
}

function wrongEntry(name: string, action: ComponentAction, entry: unknown): readonly string[] {
  if (!isJsonObject(entry)) {
    return when(
      action.isBare !== true && asText(entry) !== undefined,
      `${name} takes inputs by name; got: ${shown(entry)}`,
    );
  }
  return [
    ...action.inputs
      .filter((input) => !has(entry, input))
      .map((input) => `${name} needs the input ${input}; got: ${shown(Object.keys(entry))}`),
    ...(name === 'ExecutePowerShell'
      ? when(
          has(entry, 'commands') === has(entry, 'file'),
          `ExecutePowerShell needs commands or file; got: ${has(entry, 'file') ? 'both' : 'neither'}`,
        )
      : []),
    ...('commands' in entry ? wrongCommands(entry['commands']) : []),
    ...(name === 'S3Download' ? wrongPlace('source', entry['source']) : []),
    ...(name === 'S3Upload' ? wrongPlace('destination', entry['destination']) : []),
    ...(name === 'WebDownload'
      ? when(
          has(entry, 'checksum') !== has(entry, 'algorithm'),
          'WebDownload needs checksum and algorithm together; got: one of them',
        )
      : []),
  ];
}

/** A command with a colon and a space in it is a mapping to YAML. */
function wrongCommands(commands: unknown): readonly string[] {
  if (commands === null) {
    return ['commands must be a list of texts; got: null'];
  }
  if (!Array.isArray(commands)) {
    return when(typeof commands !== 'symbol', `commands must be a list of texts; got: ${shown(commands)}`);
  }
  return [
    ...when(commands.length === 0, 'commands must be a list of texts; got: an empty list'),
    ...(commands as readonly unknown[])
      .filter((command) => typeof command === 'object')
      .map((command) => `a command must be a text; got: ${shown(command)}`),
  ];
}

function wrongPlace(input: string, place: unknown): readonly string[] {
  const address = asText(place);
  return when(
    address !== undefined && !/^(s3:\/\/|\{\{)/i.test(address),
    `${input} must be in S3, such as s3://bucket/key; got: ${shown(address)}`,
  );
}

const REFERENCE = /\{\{(.*?)\}\}/g;
const CHAINED = /^([\w-]+)\.([\w -]+)\.(inputs|outputs)(\[\d+\])?\.[\w-]+$/;
const VARIABLE = /^[A-Za-z][\w-]{2,127}$/;

/** Which phases run on one instance, so that their steps may refer to each other. */
const STAGES: Readonly<Record<string, number>> = { build: 1, validate: 1, test: 2, 'container-host-test': 3 };

/**
 * What the inputs of steps refer to that is not there: a parameter that is not declared, a step that comes later or that runs on
 * another instance. Only what is spelled like a reference of AWSTOE is one; templates of other tools are left alone.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-chaining
 */
export function lostReferences(content: JsonObject): readonly string[] {
  const variables = new Set([...declared(content, 'parameters'), ...declared(content, 'constants')]);
  const before = new Map<string, string>();
  return objects(content, 'phases').flatMap((phase) => {
    const phaseName = String(phase['name']);
    return objects(phase, 'steps').flatMap((step) => {
      const where = `step ${phaseName}.${String(step['name'])}`;
      const key = `${phaseName}.${String(step['name'])}`;
      const isLoop = isJsonObject(step['loop']);
      const wrong = referencesIn(step).flatMap((reference) =>
        lost(reference, { variables, before, phaseName, isLoop, key }).map((why) => `${where} ${why}`),
      );
      before.set(key, phaseName);
      return wrong;
    });
  });
}

/** What is between double braces in a step, spaces taken off. */
export function referencesIn(step: JsonObject): readonly string[] {
  return [...JSON.stringify(step).matchAll(REFERENCE)].map(([, inner = '']) => inner.trim());
}

interface Place {
  readonly variables: ReadonlySet<string>;
  readonly before: ReadonlyMap<string, string>;
  readonly phaseName: string;
  readonly isLoop: boolean;
  readonly key: string;
}

function lost(reference: string, place: Place): readonly string[] {
  const [, phase = '', step = ''] = CHAINED.exec(reference) ?? [];
  if (phase === '') {
    return VARIABLE.test(reference) && !place.variables.has(reference)
      ? [`refers to {{ ${reference} }}, which is no parameter and no constant of the document`]
      : [];
  }
  const target = `${phase}.${step}`;
  if (target !== place.key && !place.before.has(target)) {
    return [`refers to {{ ${reference} }}, which is no parameter and no output of a step before`];
  }
  return STAGES[phase] === STAGES[place.phaseName]
    ? []
    : [`refers to {{ ${reference} }}, which is left on another instance`];
}
