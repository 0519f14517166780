import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { refusalOfInput } from '../../../sim/account/check-shape';
import { COMMANDS, commandRow } from '../../../sim/account/simulated-accounts';
import { SERVICE_MODELS } from '../../../sim/account/service-models';
import { clientClass, commandClass } from '../../support/sdk-clients';

const ROOT = join(__dirname, '..', '..', '..');

/** What a source sends: `ssm.GetParameter` for `new GetParameterCommand(…)` or `paginateGetParameter(…)`. */
function sentBy(text: string): readonly string[] {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const clients = new Map<string, readonly [client: string, name: string]>();
  const sent: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const [, client] = /^@aws-sdk\/client-(.+)$/.exec(node.moduleSpecifier.text) ?? [];
      const named = node.importClause?.namedBindings;
      if (client !== undefined && named !== undefined && ts.isNamedImports(named)) {
        for (const { name, propertyName } of named.elements) {
          clients.set(name.text, [client, (propertyName ?? name).text]);
        }
      }
    } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression)) {
      const [client, name = ''] = clients.get(node.expression.text) ?? [];
      const [, command, page, wait] = /^(?:(\w+)Command|paginate(\w+)|(waitUntil\w+))$/.exec(name) ?? [];
      const operation = command ?? page ?? wait;
      if (client !== undefined && operation !== undefined) {
        sent.push(`${client}.${operation}`);
      }
    } else if (ts.isStringLiteralLike(node)) {
      // What a state machine calls by an integration.
      const [, client = '', operation = ''] = /:aws-sdk:(\w+):(\w+)$/.exec(node.text) ?? [];
      if (operation !== '') {
        sent.push(`${client}.${operation.charAt(0).toUpperCase()}${operation.slice(1)}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sent;
}

function sentCommands(): readonly string[] {
  const files = ['lib', 'bin'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((file) => join(ROOT, folder, String(file)))
      .filter((file) => file.endsWith('.ts')),
  );
  return [...new Set(files.flatMap((file) => sentBy(readFileSync(file, 'utf8'))))].sort();
}

test('the scan finds commands, paginators, waiters and integrations, whatever they are called here', () => {
  const source = `
    import { GetParameterCommand as Get, paginateDescribeInstances, type SSMClient } from '@aws-sdk/client-ssm';
    import { waitUntilFunctionActive } from '@aws-sdk/client-lambda';
    import { OtherCommand } from './other';
    await client.send(new Get({ Name }));
    for await (const page of paginateDescribeInstances({ client }, {})) {}
    await waitUntilFunctionActive({ client }, {});
    new OtherCommand({});
    const state = { Resource: 'arn:aws:states:::aws-sdk:imagebuilder:getImage' };`;
  expect(sentBy(source)).toEqual([
    'ssm.GetParameter',
    'ssm.DescribeInstances',
    'lambda.waitUntilFunctionActive',
    'imagebuilder.GetImage',
  ]);
});

test('each command that is sent has a row, and each row is of a command that is sent', () => {
  expect(COMMANDS.map(({ service, operation }) => `${service}.${operation}`).sort()).toEqual(sentCommands());
});

test('each operation of the models has a row', () => {
  const modelled = Object.entries(SERVICE_MODELS).flatMap(([service, { operations }]) =>
    Object.keys(operations).map((operation) => `${service}.${operation}`),
  );
  expect(COMMANDS.map(({ service, operation }) => `${service}.${operation}`).sort()).toEqual(modelled.sort());
});

interface Request {
  readonly body?: unknown;
  readonly headers: object;
  readonly hostname: string;
  readonly path: string;
  readonly query?: object;
}

const PLACE = { account: '123456789012', region: 'us-east-1' };

describe.each(COMMANDS.map((row) => [`${row.service}.${row.operation}`, row] as const))(
  '%s',
  (_name, row) => {
    test('names the page that says what it needs', () => {
      expect(row.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
    });

    test('needs actions on resources that its input names', () => {
      for (const { action, resource } of row.needs(row.sample, PLACE)) {
        expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
        expect(resource).toMatch(/^(\*|arn:aws:[a-z0-9]+:[a-z0-9-]*:\d*:\S+)$/);
        expect(resource).not.toContain('undefined');
      }
    });

    test('its sample is one that the service takes and that the real client can serialize', async () => {
      expect(refusalOfInput(row.service, row.operation, row.sample)).toBeUndefined();
      const requests: Request[] = [];
      const client = new (clientClass(row.service))({
        region: PLACE.region,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
        maxAttempts: 1,
        requestHandler: {
          handle: (request: Request) => {
            requests.push(request);
            return Promise.reject(new Error('no socket is opened'));
          },
        },
      });
      const command = new (commandClass(row.service, row.operation))({ ...row.sample });
      await expect(client.send(command)).rejects.toThrow('no socket is opened');
      expect(requests).toHaveLength(1);
      const [{ body, headers, hostname, path, query }] = requests as [Request];
      const wire = `${hostname} ${path} ${JSON.stringify([query, headers])} ${Buffer.from((body ?? '') as string).toString()}`;
      for (const text of textsIn(row.sample)) {
        expect(decodeURIComponent(wire.replaceAll('+', ' '))).toContain(text);
      }
    });
  },
);

/** The texts in an input that a wire must carry as they are. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return /^[\w:/.-]+$/.test(value) ? [value] : [];
  }
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  return isPlain ? Object.values(value as object).flatMap(textsIn) : [];
}

test('a command without a row is not known', () => {
  expect(commandRow('ssm', 'LabelParameterVersion')).toBeUndefined();
});
