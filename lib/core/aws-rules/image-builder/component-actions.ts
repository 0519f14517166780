import { isJsonObject } from '../../../contract/values/json';
import { asText, has, inside, shown, when } from '../values';

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
