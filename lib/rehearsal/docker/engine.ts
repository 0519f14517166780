import type { DockerHost } from './docker-host';

/** What a command works with: the pretended host, the registries that it reaches, and where it writes. */
export interface Engine {
  /** The folder that holds `host.json` and `docker.json`. */
  readonly folder: string;
  /** The host as it is at the start of the call. */
  readonly host: DockerHost;
  /** The base address of each registry, by the host name that image references have. */
  readonly registries: ReadonlyMap<string, string>;
  /** Writes a line to the standard output. */
  readonly print: (line: string) => void;
}
