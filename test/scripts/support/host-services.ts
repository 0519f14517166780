import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a container host finds on its network: instance metadata, version 2 only, and the ECS agent's introspection. */
export interface HostServices {
  /** The address of the metadata of an instance in no group. */
  readonly metadata: string;
  /** The addresses of the metadata of instances in a group, by the state that they are to reach. */
  readonly metadataOf: Readonly<Record<TargetState, string>>;
  /** The addresses of agents by how they behave. */
  readonly agents: Readonly<Record<AgentBehaviour, string>>;
  close(): void;
}

/** Of an instance on its way into a warm pool, and of one on its way into service. */
export type TargetState = 'Warmed:Stopped' | 'InService';

/** How a script has started the agent. */
export interface AgentStart {
  readonly cluster: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** `silent` listens and never registers, `late` registers at the third poll, `html` is another program on the port. */
export type AgentBehaviour = 'registered' | 'late' | 'silent' | 'html';

export const INSTANCE_ARN = 'arn:aws:ecs:eu-west-1:111122223333:container-instance/shop/0123456789abcdef';

/** Starts the services on free ports; each agent remembers how often it was asked. */
export async function startHostServices(instanceId: string): Promise<HostServices> {
  const agent = (answer: (poll: number) => string): Server => {
    let poll = 0;
    return createServer((request, response) => {
      poll += 1;
      response.writeHead(request.url === '/v1/metadata' ? 200 : 404).end(answer(poll));
    });
  };
  const state = (registered: boolean): string =>
    JSON.stringify({ Cluster: 'shop', ContainerInstanceArn: registered ? INSTANCE_ARN : null, Version: 'x' });
  const servers = {
    metadata: metadataServer(instanceId),
    registered: agent(() => state(true)),
    late: agent((poll) => state(poll > 2)),
    silent: agent(() => state(false)),
    html: agent(() => '<html>'),
    warmed: metadataServer(instanceId, 'Warmed:Stopped'),
    inService: metadataServer(instanceId, 'InService'),
  };
  const urls = await Promise.all(Object.values(servers).map(urlOf));
  const [metadata = '', registered = '', late = '', silent = '', html = '', warmed = '', inService = ''] =
    urls;
  return {
    metadata,
    metadataOf: { 'Warmed:Stopped': warmed, InService: inService },
    agents: { registered, late, silent, html },
    close: () => {
      Object.values(servers).forEach((server) => {
        server.closeAllConnections();
        server.close();
      });
    },
  };
}

function metadataServer(instanceId: string, targetState?: TargetState): Server {
  const answers = new Map([
    ['/latest/meta-data/instance-id', instanceId],
    ['/latest/meta-data/placement/region', 'eu-west-1'],
    ...(targetState === undefined
      ? []
      : [['/latest/meta-data/autoscaling/target-lifecycle-state', targetState] as const]),
  ]);
  return createServer((request, response) => {
    const { method, url = '', headers } = request;
    if (method === 'PUT' && url === '/latest/api/token') {
      response.end('a-token==');
    } else if (headers['x-aws-ec2-metadata-token'] === 'a-token==' && answers.has(url)) {
      response.end(answers.get(url));
    } else {
      response.writeHead(401).end();
    }
  });
}

async function urlOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
