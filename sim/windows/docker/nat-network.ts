import { notModelled, DockerFailure } from './docker-failure';
import type { Engine } from './docker-host';

/** The addresses of the default network; Windows chooses the range, this is the one that its documentation shows. */
const SUBNET = '172.20.80.0/20';
const GATEWAY = '172.20.80.1';
const ADDRESS = '172.20.87.105';

/**
 * `docker network inspect nat`: describes docker's default network on Windows, or fails where `natNetwork` of `host.json` is
 * false. Other networks are not modelled.
 * Source: docker/cli v25.0.6 `cli/command/network/inspect.go`.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/container-networking/network-drivers-topologies
 */
export function inspectNetwork({ host, print }: Engine, args: readonly string[]): void {
  if (args.length !== 1 || args[0] !== 'nat') {
    throw notModelled(['network', 'inspect', ...args]);
  }
  if (!host.natNetwork) {
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

/** What `ipconfig` says in a container on that network. */
export function containerAddresses(): readonly string[] {
  return [
    '',
    'Windows IP Configuration',
    '',
    '',
    'Ethernet adapter vEthernet (Ethernet):',
    '',
    `   IPv4 Address. . . . . . . . . . . : ${ADDRESS}`,
    '   Subnet Mask . . . . . . . . . . . : 255.255.240.0',
    `   Default Gateway . . . . . . . . . : ${GATEWAY}`,
  ];
}
