import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `lib/internal` in the source tree and `dist/internal` in the package are both two levels below its root. */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/** The names of the bundled handlers. */
export type HandlerName =
  'decide' | 'publish' | 'care' | 'operate' | 'seed' | 'rollout' | 'launch-template' | 'delete-fleet';

/** The folder of a bundled handler. */
export function handlerFolder(name: HandlerName): string {
  return existing(join(PACKAGE_ROOT, 'dist', 'handlers', name));
}

/** The archive of the scripts that run on the instance. */
export function instanceScriptsArchive(): string {
  return existing(join(PACKAGE_ROOT, 'dist', 'instance-scripts.zip'));
}

/** The script that starts a container host. */
export function containerHostScript(): string {
  return existing(join(PACKAGE_ROOT, 'scripts', 'container-host', 'Start-ContainerHost.ps1'));
}

function existing(path: string): string {
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: this copy of winbake was not built. Run "npm run build" in its folder, or install it again.`,
    );
  }
  return path;
}
