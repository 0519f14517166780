import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { dockerLogin } from '../../../lib/registry/docker-login';
import type { RegistryLogin } from '../../../lib/registry/registry-access';
import { brokenHost } from './docker-failure';

/** The variables of a call of docker. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The login that a call of docker has for a registry, as the real one finds it: by the configuration in `DOCKER_CONFIG`, and by the helpers
 * that this names. Of helpers only those are modelled that print what a variable holds.
 * @see https://github.com/docker/docker-credential-helpers#development
 */
export function loginOfCall(env: Variables): (host: string) => Promise<RegistryLogin | undefined> {
  const folder = env['DOCKER_CONFIG'];
  return (host) =>
    dockerLogin(host, {
      config: () => (folder === undefined ? undefined : readFileSync(join(folder, 'config.json'), 'utf8')),
      helper: (name) => Promise.resolve(printed(name, env)),
    });
}

/** What a helper prints whose script is three lines that the shell of Windows is known to run so. */
function printed(name: string, env: Variables): string | undefined {
  const program = `docker-credential-${name}.cmd`;
  const file = (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw brokenHost(
      `error getting credentials - err: exec: "docker-credential-${name}": executable file not found in %PATH%`,
    );
  }
  const text = readFileSync(file, 'utf8');
  const [, variable] = /^@echo off\r\nsetlocal EnableDelayedExpansion\r\necho\(!(\w+)!\r\n$/.exec(text) ?? [];
  if (variable === undefined) {
    throw brokenHost(`The rehearsal does not model the credential helper ${program}.`);
  }
  return env[variable];
}
