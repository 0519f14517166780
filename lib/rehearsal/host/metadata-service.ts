import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The instance metadata service of one pretended instance. */
export interface MetadataService {
  readonly url: string;
  close(): Promise<void>;
}

const TOKEN = 'rehearsal';

/**
 * Starts the instance metadata service, version 2: a token first, then the instance's id.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export async function startMetadataService(instanceId: string): Promise<MetadataService> {
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url === '/latest/api/token') {
      response.end(TOKEN);
    } else if (request.headers['x-aws-ec2-metadata-token'] !== TOKEN) {
      response.writeHead(401).end();
    } else if (request.method === 'GET' && request.url === '/latest/meta-data/instance-id') {
      response.end(instanceId);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
