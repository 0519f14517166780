import { DaemonError, daemonResponse } from './daemon-error';
import { DockerFailure, notModelled } from './docker-failure';
import type { Engine } from './engine';
import { readEngineState } from './engine-state';
import { findImage, type FoundImage } from './find-image';

/** The templates of `--format` that are known; docker knows a whole language. */
const FORMATS: ReadonlyMap<string, (image: object) => string> = new Map([
  ['{{json .}}', (image: object) => JSON.stringify(image)],
]);

/**
 * `docker image inspect [--format TEMPLATE] REF...`: describes images as a JSON list, or one by one in a template's form.
 * What is found is printed even where something else is not. Of docker's fields those are given that the pretended store
 * knows. Source: docker/cli v25.0.6 `cli/command/inspect/inspector.go`; moby v25.0.6
 * `api/server/router/image/image_routes.go`, toImageInspect.
 */
export function inspectImages(engine: Engine, args: readonly string[]): void {
  const call = ['image', 'inspect', ...args];
  const { format, texts } = readArguments(args, call);
  const state = readEngineState(engine.folder);
  const images: object[] = [];
  const failures: string[] = [];
  for (const text of texts) {
    try {
      images.push(describe(findImage(state, text, call)));
    } catch (error) {
      if (!(error instanceof DaemonError)) {
        throw error;
      }
      failures.push(daemonResponse(error));
    }
  }
  const lines = images.map((image) => format?.(image) ?? '');
  engine.print(format === undefined ? JSON.stringify(images, undefined, 4) : lines.join('\n'));
  if (failures.length > 0) {
    throw new DockerFailure(1, failures.join('\n'));
  }
}

interface Arguments {
  readonly format: ((image: object) => string) | undefined;
  readonly texts: readonly string[];
}

function readArguments(args: readonly string[], call: readonly string[]): Arguments {
  const [first = '', second] = args;
  const joined = /^--format=(.*)$/s.exec(first)?.[1];
  const separate = first === '--format' || first === '-f';
  const template = separate ? second : joined;
  const texts = args.slice(separate ? 2 : joined === undefined ? 0 : 1);
  const format = template === undefined ? undefined : FORMATS.get(template);
  const isKnown = template === undefined ? !separate : format !== undefined;
  if (!isKnown || texts.length === 0) {
    throw notModelled(call);
  }
  return { format, texts };
}

function describe({ id, image }: FoundImage): object {
  return {
    Id: id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Architecture: image.architecture,
    Os: image.os,
    // Docker leaves the field out where the image has none.
    ...(image.osVersion === null ? {} : { OsVersion: image.osVersion }),
    Size: image.size,
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
  };
}
