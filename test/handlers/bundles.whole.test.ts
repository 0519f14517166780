import { readdirSync, readFileSync, statSync } from 'node:fs';
import { execFile, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', '..', 'dist', 'functions');

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.mjs'),
);

test('every handler is bundled', () => {
  const handlers = readdirSync(join(__dirname, '..', '..', 'lib', 'handlers'))
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => file.replace('.lambda.ts', '.mjs'));
  expect(files.filter((name) => !name.startsWith('chunks')).sort()).toEqual(handlers.sort());
});

test('all together are smaller than 3 MB, and so than 1 MB as an archive', () => {
  const bytes = files.map((name) => statSync(join(FOLDER, name)).size).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(500_000);
  expect(bytes).toBeLessThan(3_000_000);
});

/** The first request that a bundled function makes of AWS, by what names its operation. */
async function firstRequest(name: string, event: object): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let child: ChildProcess | undefined;
  const server = createServer((request) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const [, action] = /^Action=(\w+)/.exec(body) ?? [];
      const { headers, method = '', url = '' } = request;
      const target = headers['x-amz-target'];
      resolve(action ?? (typeof target === 'string' ? target : `${method} ${url}`));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    const context = {
      awsRequestId: 'r',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
    };
    const code = `import(${JSON.stringify(join(FOLDER, `${name}.mjs`))})
      .then(({ handler }) => handler(${JSON.stringify(event)}, ${JSON.stringify(context)}))`;
    const env = {
      ...{ PATH: process.env['PATH'], WINBAKE_STATE_MACHINE_ARN: '', WINBAKE_STACK: 'Shop' },
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    };
    child = execFile(process.execPath, ['-e', code], { env }, (error) => {
      resolve(error?.message ?? 'ended without a request');
    });
    return await promise;
  } finally {
    child?.kill();
    server.closeAllConnections();
    server.close();
  }
}

/** In the three forms in which our functions speak to AWS. */
test.each([
  [
    'seed',
    {
      RequestType: 'Create',
      ResourceType: 'Custom::WinbakeSeed',
      ResourceProperties: {
        os: 'SERVER_2022_CORE',
        parameterPath: '/winbake/2022-core',
        baseAmiParameter: '/golden',
      },
    },
    /^AmazonSSM\.GetParameter$/,
  ],
  [
    'seed',
    {
      RequestType: 'Create',
      ResourceType: 'Custom::WinbakeScripts',
      ResourceProperties: {
        archiveBucket: 'assets',
        archiveKey: 'a.zip',
        bucket: 'documents',
        key: 'scripts/a',
      },
    },
    /^GET \/.*a\.zip/,
  ],
  [
    'fleet-resources',
    {
      RequestType: 'Create',
      ResourceType: 'Custom::WinbakeLaunchTemplate',
      ResourceProperties: {
        ...{ Fleet: 'shop', Channel: '/winbake/2022-core/current', AmiOwner: '123456789012' },
        ...{ LaunchTemplateId: 'lt-0123456789abcdef0', BaseVersion: '1' },
      },
    },
    /^DescribeAutoScalingGroups$/,
  ],
])('as a bundle %s speaks to AWS', async (name, event, request) => {
  expect(await firstRequest(name, event)).toMatch(request);
});

test.each(files)('%s takes nothing from the runtime but Node', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  // A statement, not a text that ends with "from".
  const statements = /(?:^|[;}])import(?:[\s\w$*,{}]*\bfrom)?\s*["']([^"'\n]+)["']/gm;
  const imported = [...text.matchAll(statements)].map(([, module = '']) => module);
  expect(imported).toContain('node:module');
  expect(imported.filter((module) => !module.startsWith('.') && !isBuiltin(module))).toEqual([]);
});
