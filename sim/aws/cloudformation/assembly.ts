import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { type Environment, parseEnvironment } from './environment';

/** The JSON object in a file. Throws a `WinbakeError` that names the file and the way out where there is none. */
export function readJsonObject(path: string, wayOut: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new WinbakeError('FILE_UNREADABLE', `${path} cannot be read as JSON; ${wayOut}.`, { cause });
  }
  if (!isJsonObject(value)) {
    throw new WinbakeError('FILE_UNREADABLE', `${path} is not a JSON object; ${wayOut}.`);
  }
  return value;
}

/** A resource of a template, as it stands there. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A CloudFormation template, as far as a rehearsal reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, JsonObject>>;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
}

/** A file that a deployment uploads before the stack. */
interface FileAsset {
  /** The absolute path on this computer. */
  readonly path: string;
  readonly bucketName: string;
  readonly objectKey: string;
}

/** One stack of an assembly, with its files. */
export interface AssemblyStack {
  readonly name: string;
  /** Absent: the simulated one. */
  readonly environment?: Environment;
  readonly template: Template;
  readonly assets: readonly FileAsset[];
}

/**
 * Reads the stacks of a cloud assembly, in the order in which they are deployed. Throws a `WinbakeError` where the folder
 * is none.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-app
 */
export function readAssembly(folder: string): readonly AssemblyStack[] {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) {
    throw invalid(folder, 'it has no manifest.json');
  }
  const { artifacts } = readJsonObject(manifest, 'run cdk synth again');
  if (!isJsonObject(artifacts)) {
    throw invalid(folder, 'its manifest.json lists no artifacts');
  }
  const stacks = Object.entries(artifacts).flatMap(([name, artifact]) =>
    isJsonObject(artifact) && artifact['type'] === 'aws:cloudformation:stack'
      ? [[name, artifact] as const]
      : [],
  );
  if (stacks.length === 0) {
    throw invalid(folder, 'it has no stack');
  }
  return inOrder(stacks).map(([name, { properties, environment }]) => {
    const { templateFile } = isJsonObject(properties) ? properties : {};
    const template = readJsonObject(join(folder, String(templateFile)), 'run cdk synth again');
    if (!isJsonObject(template['Resources'])) {
      throw invalid(folder, `${String(templateFile)} has no resources`);
    }
    return {
      name,
      environment: parseEnvironment(environment),
      template: template as unknown as Template,
      assets: readAssets(folder, name),
    };
  });
}

/**
 * Reads the stacks of several assemblies, such as those of two repositories, one assembly after the other. A stack that stands in two of them is
 * deployed once. Throws a `WinbakeError` where the two differ.
 */
export function readAssemblies(folders: readonly string[]): readonly AssemblyStack[] {
  const stacks = new Map<string, AssemblyStack>();
  for (const folder of folders) {
    for (const stack of readAssembly(folder)) {
      const key = JSON.stringify([stack.name, stack.environment]);
      const other = stacks.get(key);
      if (other !== undefined && !isDeepStrictEqual(other.template, stack.template)) {
        throw invalid(folder, `its stack ${stack.name} is another than that of a folder before it`);
      }
      stacks.set(key, other ?? stack);
    }
  }
  return [...stacks.values()];
}

/** A stack comes after all that it depends on; the manifest lists that, and never in a circle. */
function inOrder(
  stacks: readonly (readonly [string, JsonObject])[],
): readonly (readonly [string, JsonObject])[] {
  const done = new Map<string, readonly [string, JsonObject]>();
  const visit = (stack: readonly [string, JsonObject]): void => {
    const { dependencies } = stack[1];
    for (const needed of Array.isArray(dependencies) ? dependencies : []) {
      const other = stacks.find(([name]) => name === needed);
      if (other !== undefined && !done.has(other[0])) {
        visit(other);
      }
    }
    done.set(stack[0], stack);
  };
  stacks.forEach(visit);
  return [...done.values()];
}

function readAssets(folder: string, stack: string): readonly FileAsset[] {
  const { files } = readJsonObject(join(folder, `${stack}.assets.json`), 'run cdk synth again');
  return Object.values(isJsonObject(files) ? files : {}).flatMap((file) => {
    const { source, destinations } = isJsonObject(file) ? file : {};
    const [destination] = Object.values(isJsonObject(destinations) ? destinations : {});
    if (!isJsonObject(source) || !isJsonObject(destination)) {
      return [];
    }
    const path = join(folder, String(source['path']));
    if (!existsSync(path)) {
      throw new WinbakeError(
        'FILE_UNREADABLE',
        `${path}, an asset of ${stack}, is not there; run cdk synth again.`,
      );
    }
    const { bucketName, objectKey } = destination;
    return { path, bucketName: String(bucketName), objectKey: String(objectKey) };
  });
}

function invalid(folder: string, why: string): WinbakeError {
  return new WinbakeError('FILE_UNREADABLE', `${folder} is no cloud assembly: ${why}; run cdk synth first.`);
}

/** All that a resource waits for, parameters among them. */
export function dependenciesOf({ DependsOn = [], Properties = {} }: TemplateResource): readonly string[] {
  return [...new Set([...[DependsOn].flat(), ...referencesIn(Properties)])];
}

/** All that a resource waits for, and what that waits for in turn. */
export function dependencyClosure({ Resources }: Template, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [logicalId];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const resource = Resources[next];
    const needed = resource === undefined ? [] : dependenciesOf(resource);
    open.push(...needed.filter((one) => !found.has(one)));
    needed.forEach((one) => found.add(one));
  }
  return found;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  if (!isJsonObject(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, argument]) => {
    switch (key) {
      case 'Ref':
        return [String(argument)];
      case 'Fn::GetAtt':
        return [Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? '')];
      case 'Fn::Sub':
        return substitutedIn(argument);
      default:
        return referencesIn(argument);
    }
  });
}

function substitutedIn(argument: unknown): readonly string[] {
  const [text, values] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const own = isJsonObject(values) ? Object.keys(values) : [];
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(
    ([, name = '']) => name.split('.')[0] ?? '',
  );
  return [...names.filter((name) => !own.includes(name)), ...referencesIn(values)];
}
