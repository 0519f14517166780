import { notModelled, DockerFailure } from './docker-failure';
import type { Engine } from './docker-host';

/** The addresses of the default network; Windows chooses the range, this is the one that its documentation shows. */
const SUBNET = '172.20.80.0/20';
const GATEWAY = '172.20.80.1';
const ADDRESS = '172.20.87.105';

/**
 * `docker network inspect nat`: describes docker's default network on Windows, or fails where it is missing. Other networks are not modelled.
 * Source: docker/cli v25.0.6 `cli/command/network/inspect.go`.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/container-networking/network-drivers-topologies
 */
export function inspectNetwork({ host, print }: Engine, args: readonly string[]): void {
  if (args.length !== 1 || args[0] !== 'nat') {
    throw notModelled(['network', 'inspect', ...args]);
  }
  if (host.nat === 'missing') {
    print('[]');
    throw new DockerFailure(1, 'Error response from daemon: network nat not found');
  }
  const network = {
    Name: 'nat',
    Scope: 'local',
    Driver: 'nat',
    IPAM: { Driver: 'windows', Config: [{ Subnet: SUBNET, Gateway: GATEWAY }] },
  };
  print(JSON.stringify([network], undefined, 4));
}

/** What `ipconfig` says in a container on that network; where its adapter is gone Windows makes an address up. */
export function containerAddresses(nat: Engine['host']['nat']): readonly string[] {
  const isUp = nat === 'works';
  return [
    '',
    'Windows IP Configuration',
    '',
    '',
    'Ethernet adapter vEthernet (Ethernet):',
    '',
    isUp
      ? `   IPv4 Address. . . . . . . . . . . : ${ADDRESS}`
      : '   Autoconfiguration IPv4 Address. . : 169.254.12.7',
    '   Subnet Mask . . . . . . . . . . . : 255.255.240.0',
    `   Default Gateway . . . . . . . . . : ${isUp ? GATEWAY : ''}`,
  ];
}
