import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { faultyApp, checkedApp } from '../support/checked-app';

// Everywhere else jest.config.cjs switches it off.
process.env['CDK_VALIDATION'] = 'true';
const { app, assembly, folder } = checkedApp();
const faulty = faultyApp();
const templates = assembly.stacks.map(({ stackName, template }) => ({
  name: stackName,
  resources: (template as { readonly Resources: Readonly<Record<string, Resource>> }).Resources,
}));

interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
}

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly NotResource?: unknown;
}

test('what is judged is the app, and beside it every prop in two regions and two accounts', () => {
  expect(templates.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['WinbakePipeline', 'WinbakeFleet', 'All', 'AllAccount0', 'AllAccount1']),
  );
});

/** What the validation of aws-cdk-lib itself finds in an assembly. */
function violationsIn(assemblyFolder: string): readonly string[] {
  const report = JSON.parse(readFileSync(join(assemblyFolder, 'validation-report.json'), 'utf8')) as {
    readonly pluginReports: readonly {
      readonly violations?: readonly { readonly ruleName: string; readonly description: string }[];
    }[];
  };
  return report.pluginReports.flatMap(({ violations = [] }) =>
    violations.map(({ description, ruleName }) => `${ruleName}: ${description}`),
  );
}

test("aws-cdk-lib's own validation has nothing to say", () => {
  expect(violationsIn(folder)).toEqual([]);
});

test("aws-cdk-lib's own validation does speak", () => {
  expect(violationsIn(faulty.folder).join('\n')).toContain('BucketNam');
});

function nagFindings(scope: App): readonly string[] {
  const { violations } = new AwsSolutionsChecks(scope).validateScope(scope);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

test('cdk-nag asks nothing that no reason answers, of wildcards above all', () => {
  expect(nagFindings(app)).toEqual([]);
});

/** The statements of every policy in a value, whatever holds it. */
function statementsIn(value: unknown): readonly Statement[] {
  if (Array.isArray(value)) {
    return value.flatMap(statementsIn);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Statement' ? [inner as Statement | readonly Statement[]].flat() : statementsIn(inner),
  );
}

/** The user's own keys, whose policies are those of CDK. */
const KEYS_OF_OTHERS = /^(Volume|Notice|Storage|Log)Key/;

test('nobody may do everything of a service, nor everything but something', () => {
  const allowed = templates.flatMap(({ resources }) =>
    statementsIn(
      Object.entries(resources)
        .filter(([logicalId]) => !KEYS_OF_OTHERS.test(logicalId))
        .map(([, resource]) => resource),
    ).filter(({ Effect }) => Effect === 'Allow'),
  );
  expect(allowed.length).toBeGreaterThan(100);
  expect(allowed.flatMap(({ Action = [] }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  expect(allowed.filter((one) => 'NotAction' in one || 'NotResource' in one)).toEqual([]);
});

/** The functions of Winbake, with what of the same stack calls them without waiting for an answer. */
const functions = templates.flatMap(({ resources }) => {
  const all = Object.entries(resources);
  const callers = all.filter(([, { Type }]) => /^AWS::(Scheduler::Schedule|Events::Rule)$/.test(Type));
  return all
    .filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && isOurs(Properties))
    .map(([logicalId, { Properties }]) => ({
      logicalId,
      properties: Properties as FunctionProperties,
      isCalledAsynchronously: callers.some(([, caller]) =>
        JSON.stringify(caller).includes(`{"Fn::GetAtt":["${logicalId}","Arn"]}`),
      ),
      resources,
    }));
});

interface FunctionProperties {
  readonly Architectures: readonly string[];
  readonly Timeout: number;
  readonly LoggingConfig: { readonly LogGroup: { readonly Ref: string } };
  readonly DeadLetterConfig?: { readonly TargetArn: unknown };
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

function isOurs(properties: unknown): boolean {
  return String((properties as { readonly Description?: string }).Description).startsWith('Winbake ');
}

test('every function runs on arm64, ends in time, and keeps its log for as long as was said', () => {
  expect(functions.length).toBeGreaterThan(10);
  for (const { logicalId, properties, resources } of functions) {
    const { Architectures, LoggingConfig, Timeout } = properties;
    expect({ logicalId, Architectures }).toEqual({ logicalId, Architectures: ['arm64'] });
    expect({ logicalId, isBounded: Timeout >= 30 && Timeout <= 900 }).toEqual({ logicalId, isBounded: true });
    expect(resources[LoggingConfig.LogGroup.Ref]?.Properties).toHaveProperty('RetentionInDays');
  }
});

test('no function reserves concurrency, since accounts with the quota of new ones refuse it', () => {
  const reserving = templates.flatMap(({ resources }) =>
    Object.entries(resources).filter(([, { Properties }]) =>
      JSON.stringify(Properties ?? {}).includes('"ReservedConcurrentExecutions"'),
    ),
  );
  expect(reserving.map(([logicalId]) => logicalId)).toEqual([]);
});

test('no function has a secret in its environment', () => {
  const names = functions.flatMap(({ properties }) => Object.keys(properties.Environment?.Variables ?? {}));
  expect(names.filter((name) => /secret|token|password|credential/i.test(name))).toEqual([]);
});

test('what is called without waiting for an answer has a dead-letter queue, and so has every schedule', () => {
  const called = functions.filter(({ isCalledAsynchronously }) => isCalledAsynchronously);
  expect(called.length).toBeGreaterThan(2);
  expect(
    called.filter(({ properties }) => properties.DeadLetterConfig === undefined).map((one) => one.logicalId),
  ).toEqual([]);
  const schedules = templates.flatMap(({ resources }) =>
    Object.values(resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule'),
  );
  for (const { Properties } of schedules) {
    expect(Properties).toHaveProperty('Target.DeadLetterConfig.Arn');
  }
});
