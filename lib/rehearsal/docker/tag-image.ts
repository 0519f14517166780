import { DockerFailure, notModelled } from './docker-failure';
import { dockerReference } from './docker-reference';
import type { Engine } from './engine';
import { changeEngineState } from './engine-state';
import { findImage } from './find-image';
import { withName } from './image-names';

/**
 * `docker tag SOURCE TARGET`: gives an image one more name, which another image may lose; prints nothing.
 * Source: moby v25.0.6 `client/image_tag.go` (refuses a digest as target) and `api/server/router/image/image_routes.go`.
 */
export async function tagImage(engine: Engine, args: readonly string[]): Promise<void> {
  const [source, target, ...rest] = args;
  if (source === undefined || target === undefined || rest.length > 0) {
    throw notModelled(['tag', ...args]);
  }
  const { reference } = dockerReference(target, ['tag', ...args]);
  if (reference.digest !== undefined) {
    throw new DockerFailure(1, 'refusing to create a tag with a digest reference');
  }
  await changeEngineState(engine.folder, (state) => {
    const { id } = findImage(state, source, ['tag', ...args]);
    return { state: withName(state, id, reference), result: undefined };
  });
}
