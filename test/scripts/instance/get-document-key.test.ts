import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { makeMachine } from '../support/simulated-machine';
import { INSTANCE_SCRIPTS, runCases, type ScriptResult } from '../support/run-cases';

const SCRIPT = 'steps/Get-DocumentKey.ps1';
const TOKEN = 'a-token==';

/** The part of the instance metadata service that is asked for, version 2 only. */
function metadataService(instanceId: string): Server {
  return createServer((request, response) => {
    const asked = `${request.method ?? ''} ${request.url ?? ''}`;
    if (
      asked === 'PUT /latest/api/token' &&
      request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === '60'
    ) {
      response.end(TOKEN);
    } else if (
      asked === 'GET /latest/meta-data/instance-id' &&
      request.headers['x-aws-ec2-metadata-token'] === TOKEN
    ) {
      response.end(instanceId);
    } else {
      response.writeHead(401).end();
    }
  });
}

async function endpointOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeWithPowerShell('Get-DocumentKey', () => {
  let results: ScriptResult[] = [];
  let printed = '';
  beforeAll(async () => {
    const servers = [metadataService('i-0123456789abcdef0'), metadataService('<html>')];
    const endpoints = [...(await Promise.all(servers.map(endpointOf))), 'http://127.0.0.1:9/'];
    const machine = makeMachine();
    results = await runCases(
      endpoints.map((endpoint) => ({
        script: SCRIPT,
        machine,
        env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint },
      })),
    );
    const run = await (
      await requirePowerShell()
    ).run({
      scriptFile: join(INSTANCE_SCRIPTS, SCRIPT),
      env: { ...machine.env, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoints[0] },
      simulatedHost: machine.folder,
      timeoutSeconds: 120,
    });
    printed = run.stdout;
    servers.forEach((server) => server.close());
  });

  test('prints the instance id and nothing else', () => {
    expect(results[0]).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('ends its output without a line break, which would become part of a key in S3', () => {
    expect(printed).toBe('i-0123456789abcdef0');
  });

  test('refuses an answer that is no instance id', () => {
    expect(results[1]).toMatchObject({
      exitCode: 1,
      stdout: [],
      stderr: expect.stringContaining("answered '<html>'"),
    });
  });

  test('names the request that failed', () => {
    expect(results[2]).toMatchObject({
      exitCode: 1,
      stdout: [],
      stderr: expect.stringMatching(/PUT http:\/\/127\.0\.0\.1:9\/latest\/api\/token failed/),
    });
  });
});
