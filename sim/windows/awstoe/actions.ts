import { unmodelled } from '../../aws/cloudformation/environment';
import { type Action, actionOf, type ActionScope } from './action';
import { FILE_ACTIONS, S3_DOWNLOAD, S3_UPLOAD } from './file-actions';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../../../lib/contract/values/json';
import type { UpdateFilter } from '../host/windows-update';
import { parseCondition, holds } from './condition';
import { DocumentReader, notValid } from './document-reader';
import { failure, SUCCEEDED, type ActionResult, Restarts } from './step-result';

/**
 * Succeeds where its expression is true.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-assertion
 */
const ASSERT = actionOf(
  (inputs, where) => parseCondition(DocumentReader.of(inputs, where)),
  ({ host }, condition) => (holds(condition, host) ? SUCCEEDED : failure('The assertion is false.')),
);

type Script = { readonly commands: readonly string[] } | { readonly file: string };

/**
 * Runs commands as one script, or a script file; the exit code is that of PowerShell. The documentation knows no arguments
 * of a file.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-executepowershell
 */
const EXECUTE_POWERSHELL = actionOf(readScript, run, ['stdout']);

function readScript(inputs: unknown, where: string): Script {
  const reader = DocumentReader.of(inputs, where);
  const commands = reader.optionalTexts('commands');
  const file = reader.optionalText('file');
  reader.done();
  if (commands !== undefined && file === undefined) {
    return { commands };
  }
  if (commands === undefined && file !== undefined && /\.ps1$|\}\}$/i.test(file)) {
    return { file };
  }
  throw notValid(where, "either 'commands' or 'file', which ends in .ps1, is needed");
}

async function run(
  { host, shell, signal }: ActionScope,
  script: Script,
  timeoutSeconds: number | undefined,
): Promise<ActionResult> {
  const input = join(host.folder, 'commands.ps1');
  if ('commands' in script) {
    writeFileSync(input, `${script.commands.join('\n')}\n`);
  }
  try {
    const result = await shell.run({
      scriptFile: 'file' in script ? script.file : input,
      cwd: host.folder,
      env: host.environment,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      simulatedHost: host.folder,
      signal,
    });
    return result.timedOut ? { ...result, exitCode: 1 } : result;
  } finally {
    rmSync(input, { force: true });
  }
}

/**
 * Restarts the instance; the document goes on with the next step. Its timeout does not count.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-reboot
 */
const REBOOT = actionOf(
  (inputs, where) => {
    if (inputs === undefined || inputs === null) {
      return;
    }
    const reader = DocumentReader.of(inputs, where);
    const delaySeconds = reader.optionalInteger('delaySeconds') ?? 0;
    if (delaySeconds < 0) {
      throw reader.wrong('delaySeconds', 'a whole number from 0', delaySeconds);
    }
    reader.done();
  },
  ({ host, restarts = new Restarts() }) => {
    restarts.restart(host);
    return SUCCEEDED;
  },
);

/** The short names of the hives, by their long ones. */
const HIVES: ReadonlyMap<string, string> = new Map([
  ['HKEY_CLASSES_ROOT', 'HKCR:'],
  ['HKEY_USERS', 'HKU:'],
  ['HKEY_LOCAL_MACHINE', 'HKLM:'],
  ['HKEY_CURRENT_CONFIG', 'HKCC:'],
  ['HKEY_CURRENT_USER', 'HKCU:'],
]);

/**
 * A registry key as `host.json` writes it, such as `HKLM:\SOFTWARE\Mine`; undefined where the path names no hive.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-setregistry
 */
function registryKey(path: string): string | undefined {
  const [, hive = '', rest] = /^([^\\]+)\\(.+?)\\*$/.exec(path) ?? [];
  const name = hive.toUpperCase();
  const short = HIVES.get(name) ?? [...HIVES.values()].find((one) => one === name);
  return short === undefined || rest === undefined ? undefined : `${short}\\${rest}`;
}

interface RegistryEntry {
  readonly key: string;
  readonly name: string;
  readonly value: string | number | readonly string[];
}

const TYPES = ['SZ', 'EXPAND_SZ', 'MULTI_SZ', 'DWORD', 'QWORD', 'BINARY'] as const;

/**
 * Sets values of the registry; keys that are missing are made.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-setregistry
 */
const SET_REGISTRY = actionOf(readEntries, ({ host }, entries) => {
  for (const { key, name, value } of entries) {
    host.setRegistryValue(key, name, value);
  }
  return SUCCEEDED;
});

function readEntries(inputs: unknown, where: string): readonly RegistryEntry[] {
  return DocumentReader.ofList(inputs, where).map((reader) => {
    const path = reader.text('path');
    const key = path.includes('{{') ? path : registryKey(path);
    if (key === undefined) {
      throw reader.wrong('path', 'a path below HKLM: or another of the five hives', path);
    }
    const entry = { key, name: reader.text('name'), value: valueOf(reader) };
    reader.done();
    return entry;
  });
}

function valueOf(reader: DocumentReader): RegistryEntry['value'] {
  const type = TYPES.find((one) => one === reader.text('type'));
  const value = reader.value('value');
  switch (type) {
    case 'SZ':
    case 'EXPAND_SZ':
      if (typeof value === 'string') {
        return value;
      }
      break;
    case 'MULTI_SZ':
      return reader.optionalTexts('value') ?? [];
    case 'DWORD':
    case 'QWORD':
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
        return value;
      }
      break;
    case 'BINARY':
      throw unmodelled(`a value of the type BINARY in ${reader.where}`);
    case undefined:
      throw reader.wrong('type', `one of ${TYPES.join(', ')}`, reader.value('type'));
  }
  throw reader.wrong('value', `a value of the type ${type}`, isJsonObject(value) ? 'a mapping' : value);
}

/**
 * Installs what Windows Update offers and the lists let through.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-updateos
 */
const UPDATE_OS = actionOf(readFilter, ({ host }, filter) => {
  const problem = host.installUpdates(filter);
  return problem === undefined ? SUCCEEDED : failure(problem);
});

function readFilter(inputs: unknown, where: string): UpdateFilter {
  if (inputs === undefined || inputs === null) {
    return {};
  }
  const reader = DocumentReader.of(inputs, where);
  const [include, exclude] = [reader.optionalTexts('include'), reader.optionalTexts('exclude')];
  reader.done();
  return { include, exclude };
}

/**
 * The actions of AWSTOE that the rehearsal models.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
const ACTIONS: Readonly<Record<string, Action>> = {
  Assert: ASSERT,
  ExecutePowerShell: EXECUTE_POWERSHELL,
  S3Download: S3_DOWNLOAD,
  S3Upload: S3_UPLOAD,
  UpdateOS: UPDATE_OS,
  Reboot: REBOOT,
  SetRegistry: SET_REGISTRY,
  ...FILE_ACTIONS,
};

/** The action of that name; throws for one that has no model, `where` naming the step. */
export function actionNamed(name: string, where: string): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    throw unmodelled(`the action ${name} of ${where}`);
  }
  return action;
}
