import { notModelled } from './docker-failure';
import type { Engine } from './engine';

/**
 * What the ECS-optimized AMIs have; Windows Server 2016 stays at the last engine that runs on it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-windows-ami-versions.html
 */
function engineVersion(build: number): string {
  return build === 14393 ? '20.10.23' : '25.0.6';
}

/** `docker version --format {{.Server.Version}}`; other templates are not modelled. */
export function tellVersion({ host, print }: Engine, args: readonly string[]): void {
  if (args.join(' ') !== '--format {{.Server.Version}}') {
    throw notModelled(['version', ...args]);
  }
  print(engineVersion(host.version.build));
}

/** `docker network ls --filter type=custom --format {{.Name}}`: the networks that users made; nobody makes one here. */
export function listNetworks(_engine: Engine, args: readonly string[]): void {
  if (args.join(' ') !== '--filter type=custom --format {{.Name}}') {
    throw notModelled(['network', 'ls', ...args]);
  }
}
