import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject } from '../../core/oci/json-value';
import type { ObjectStorage } from '../account/object-storage';
import { unmodelled } from '../assembly/unmodelled';
import type { PretendedHost } from '../host/pretended-host';
import type { Caller } from '../iam/role-policies';
import { runPowerShell } from '../powershell/run-powershell';
import type { PowerShell } from '../powershell/find-powershell';
import { failure, SUCCEEDED, type ActionResult } from './step-result';
import { readS3Transfers } from './s3-transfer';

/** What the actions of one instance work with. */
export interface ActionScope {
  readonly host: PretendedHost;
  readonly shell: PowerShell;
  readonly storage: ObjectStorage;
  /** The instance with its role. */
  readonly caller: Caller;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

type Action = (scope: ActionScope, inputs: unknown, timeoutSeconds: number) => Promise<ActionResult>;

/**
 * The actions of AWSTOE that the rehearsal models.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
const ACTIONS: Readonly<Record<string, Action>> = {
  ExecutePowerShell: executePowerShell,
  S3Download: s3Download,
  S3Upload: s3Upload,
  UpdateOS: updateOs,
  Reboot: reboot,
};

/** Whether an action has a model. */
export function isModelled(action: string): boolean {
  return Object.hasOwn(ACTIONS, action);
}

/** Runs one action; throws for one that has no model. */
export function runAction(
  scope: ActionScope,
  name: string,
  inputs: unknown,
  timeoutSeconds: number,
): Promise<ActionResult> {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    throw unmodelled(`the action ${name} of a component`);
  }
  return action(scope, inputs, timeoutSeconds);
}

async function executePowerShell(
  { host, shell, signal }: ActionScope,
  inputs: unknown,
  timeoutSeconds: number,
): Promise<ActionResult> {
  const { commands } = isJsonObject(inputs) ? inputs : {};
  if (!Array.isArray(commands) || !isJsonObject(inputs) || Object.keys(inputs).length !== 1) {
    throw unmodelled('an ExecutePowerShell step that has anything but a list of commands');
  }
  const scriptFile = join(host.folder, 'commands.ps1');
  writeFileSync(scriptFile, `${commands.map(String).join('\n')}\n`);
  const run = await runPowerShell(shell, {
    scriptFile,
    cwd: host.folder,
    env: host.environment,
    timeoutSeconds,
    pretendedHost: host.folder,
    signal,
  });
  rmSync(scriptFile, { force: true });
  return run.timedOut
    ? { ...run, exitCode: 1, stderr: `${run.stderr}It did not end within ${timeoutSeconds} s.\n` }
    : run;
}

function s3Download({ host, storage, caller }: ActionScope, inputs: unknown): Promise<ActionResult> {
  for (const { source, destination, overwrite } of readS3Transfers(inputs, 'S3Download')) {
    const { bucket, key } = s3Location(source);
    caller.require('s3:GetObject', `arn:aws:s3:::${bucket}/${key}`);
    const object = storage.get(bucket, key);
    if (object === undefined) {
      return Promise.resolve(failure(`NoSuchKey: s3://${bucket}/${key} does not exist.`));
    }
    const path = host.pathOf(destination);
    if (!existsSync(dirname(path))) {
      return Promise.resolve(failure(`The folder of ${destination} does not exist.`));
    }
    if (existsSync(path) && overwrite !== true) {
      if (overwrite === undefined) {
        throw unmodelled("an S3Download that finds its file there and does not say 'overwrite'");
      }
      return Promise.resolve(failure(`${destination} exists already, and is not to be overwritten.`));
    }
    writeFileSync(path, object.body);
  }
  return Promise.resolve(SUCCEEDED);
}

function s3Upload({ host, storage, caller }: ActionScope, inputs: unknown): Promise<ActionResult> {
  for (const { source, destination } of readS3Transfers(inputs, 'S3Upload')) {
    const { bucket, key } = s3Location(destination);
    const path = host.pathOf(source);
    if (!existsSync(path)) {
      return Promise.resolve(failure(`${source} does not exist.`));
    }
    caller.require('s3:PutObject', `arn:aws:s3:::${bucket}/${key}`);
    storage.put(bucket, key, readFileSync(path));
  }
  return Promise.resolve(SUCCEEDED);
}

function updateOs({ host }: ActionScope, inputs: unknown): Promise<ActionResult> {
  if (inputs !== undefined && inputs !== null) {
    throw unmodelled('an UpdateOS step that includes or excludes updates');
  }
  host.installUpdates();
  return Promise.resolve(SUCCEEDED);
}

function reboot({ host }: ActionScope, inputs: unknown): Promise<ActionResult> {
  const fields = isJsonObject(inputs) ? Object.keys(inputs) : [];
  if (fields.some((field) => field !== 'delaySeconds')) {
    throw unmodelled('a Reboot step with anything but delaySeconds');
  }
  host.reboot();
  return Promise.resolve(SUCCEEDED);
}

function s3Location(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/([^*]+)$/.exec(uri) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith('/')) {
    throw unmodelled(`'${uri}' as a place in S3`);
  }
  return { bucket, key };
}
