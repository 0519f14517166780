import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WinbakeError } from '../../core/errors/winbake-error';
import { isJsonObject, type JsonObject } from '../../core/oci/json-value';

/** A resource of a template, as it stands there. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
}

/** A CloudFormation template, as far as a rehearsal reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, JsonObject>>;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
}

/** A file that a deployment uploads before the stack. */
export interface FileAsset {
  /** The absolute path on this computer. */
  readonly path: string;
  readonly bucketName: string;
  readonly objectKey: string;
}

/** One stack of an assembly, with its files. */
export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  readonly assets: readonly FileAsset[];
}

/**
 * Reads the stacks of a cloud assembly, in the order in which they are deployed. Throws a `WinbakeError` where the folder
 * is none.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-app
 */
export function readAssembly(folder: string): readonly AssemblyStack[] {
  const { artifacts } = readJson(join(folder, 'manifest.json'), 'run cdk synth first');
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
  return inOrder(stacks).map(([name, { properties }]) => {
    const { templateFile } = isJsonObject(properties) ? properties : {};
    const template = readJson(join(folder, String(templateFile)), 'run cdk synth again');
    if (!isJsonObject(template['Resources'])) {
      throw invalid(folder, `${String(templateFile)} has no resources`);
    }
    return { name, template: template as unknown as Template, assets: readAssets(folder, name) };
  });
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
  const { files } = readJson(join(folder, `${stack}.assets.json`), 'run cdk synth again');
  return Object.values(isJsonObject(files) ? files : {}).flatMap((file) => {
    const { source, destinations } = isJsonObject(file) ? file : {};
    const [destination] = Object.values(isJsonObject(destinations) ? destinations : {});
    return isJsonObject(source) && isJsonObject(destination)
      ? {
          path: join(folder, String(source['path'])),
          bucketName: String(destination['bucketName']),
          objectKey: String(destination['objectKey']),
        }
      : [];
  });
}

function readJson(path: string, wayOut: string): JsonObject {
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

function invalid(folder: string, why: string): WinbakeError {
  return new WinbakeError('FILE_UNREADABLE', `${folder} is no cloud assembly: ${why}; run cdk synth first.`);
}
