import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { WinbakeError } from '../contract/values/errors';
import { isJsonObject, type JsonObject, textAt } from '../contract/values/json';
import { excerpt } from '../contract/values/printable';
import type { RegistryLogin } from './registry-access';

/** The key under which docker keeps the login of the Docker Hub. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** The user that a helper names where its secret is a token. */
const TOKEN_USER = '<token>';

/** What a login depends on: docker's configuration, and the programs that keep its secrets. */
export interface DockerLoginPorts {
  /** The text of `config.json`, or undefined where there is none. */
  readonly config: () => string | undefined;
  /** Asks `docker-credential-<name> get` for a server; undefined where it has no login for it. */
  readonly helper: (name: string, server: string) => Promise<string | undefined>;
}

/**
 * The login that docker would use for a registry, by its host: of the helper for that host, of the store for all, or of the file
 * itself. Undefined where it has none. Throws a `WinbakeError` with code `FILE_UNREADABLE` where the file or a helper's answer is damaged.
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function dockerLogin(host: string, ports: DockerLoginPorts): Promise<RegistryLogin | undefined> {
  const text = ports.config();
  if (text === undefined) {
    return undefined;
  }
  const config = parse(text);
  if (config === undefined) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      "docker's config.json is no JSON object; sign in with docker login anew.",
    );
  }
  const server = host === 'docker.io' ? DOCKER_HUB_KEY : host;
  const helpers = objectAt(config, 'credHelpers');
  const helper = textAt(helpers, server) ?? textAt(config, 'credsStore');
  if (helper !== undefined && helper !== '') {
    const answer = await ports.helper(helper, server);
    return answer === undefined ? undefined : loginOfHelper(helper, answer);
  }
  const entry = Object.entries(objectAt(config, 'auths')).find(
    ([key]) => key === server || hostOf(key) === host,
  );
  return isJsonObject(entry?.[1]) ? loginOfFile(entry[1]) : undefined;
}

/** Docker's own configuration and helpers on this computer. */
export function dockerOnThisComputer(environment: NodeJS.ProcessEnv = process.env): DockerLoginPorts {
  const folder = environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  return {
    config: () => {
      try {
        return readFileSync(join(folder, 'config.json'), 'utf8');
      } catch {
        return undefined;
      }
    },
    helper: (name, server) => askHelper(name, server, environment),
  };
}

/** Longer than a helper that asks a person at the screen may take, in milliseconds. */
const HELPER_MILLISECONDS = 60_000;
const MOST_CHARACTERS = 64 * 1024;

/**
 * A helper is a program on the path, named by the configuration of the very person who runs this; its name is checked, and no shell
 * reads it.
 * @see https://github.com/docker/docker-credential-helpers#development
 */
function askHelper(name: string, server: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      `docker's config.json names a credential helper that cannot be one; got: '${excerpt(name)}'.`,
    );
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: HELPER_MILLISECONDS,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output = `${output}${piece}`.slice(0, MOST_CHARACTERS);
    });
    child.on('error', (cause) => {
      reject(
        new WinbakeError(
          'FILE_UNREADABLE',
          `${program}, which docker's config.json names for ${server}, could not be started; is it on the PATH?`,
          { cause },
        ),
      );
    });
    child.on('close', (code) => {
      resolve(code === 0 ? output : undefined);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(server);
  });
}

function loginOfHelper(helper: string, answer: string): RegistryLogin {
  const object = parse(answer);
  const user = object && textAt(object, 'Username');
  const secret = object && textAt(object, 'Secret');
  if (user === undefined || secret === undefined) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      `docker-credential-${helper} answered with something that is no login.`,
    );
  }
  return user === TOKEN_USER ? { identityToken: secret } : { user, password: secret };
}

function loginOfFile(entry: JsonObject): RegistryLogin | undefined {
  const identityToken = textAt(entry, 'identitytoken');
  if (identityToken !== undefined && identityToken !== '') {
    return { identityToken };
  }
  const [, user = textAt(entry, 'username'), password = textAt(entry, 'password')] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(textAt(entry, 'auth') ?? '', 'base64').toString('utf8')) ?? [];
  // Docker pads what it keeps with zeros.
  return user === undefined || password === undefined
    ? undefined
    : { user, password: password.replace(/\0+$/, '') };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isJsonObject(value) ? value : {};
}

/** The host of a key, which older versions of docker wrote as an address. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
