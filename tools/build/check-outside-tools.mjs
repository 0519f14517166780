// Fails where a tool of outside-tools.json is absent or of another version: what is tested must not depend on the machine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The tools that are not as the list says, one sentence each. A version that ends with a dot is the beginning of one. */
export function wrongTools(tools, versionOf = askVersion) {
  return Object.entries(tools).flatMap(([name, { ask, install, version }]) => {
    const found = versionOf(ask);
    const isRight =
      found !== undefined && (version.endsWith('.') ? found.startsWith(version) : found === version);
    return isRight
      ? []
      : [`${name} ${version.replace(/\.$/, '')} is needed; got: ${found ?? 'none'}. Install it: ${install}`];
  });
}

function askVersion([command, ...args]) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? /\d+(\.\d+)+/.exec(stdout)?.[0] : undefined;
}

export function listedTools() {
  return JSON.parse(readFileSync(fileURLToPath(new URL('outside-tools.json', import.meta.url)), 'utf8'));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wrong = wrongTools(listedTools());
  process.stdout.write(wrong.map((sentence) => `${sentence}\n`).join(''));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
