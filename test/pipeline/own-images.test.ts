import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CachedImage, WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const env = { account: '111122223333', region: 'eu-west-1' };
const ECR = '111122223333.dkr.ecr.eu-west-1.AWS::URLSuffix';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';

function pipelineWith(...extras: ((stack: Stack) => CachedImage)[]): Template {
  const stack = new Stack(new App(), 'Platform', { env });
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    extras: extras.map((make) => make(stack)),
  });
  return Template.fromStack(stack);
}

/** The text of a variable of `decide`, references in angle brackets. */
function variable(template: Template, name: string): string {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const found = functions
    .map(({ Properties }) => Properties.Environment?.Variables?.[name])
    .find((one) => one !== undefined);
  return resolvedText(found);
}

const extrasOf = (template: Template) =>
  (JSON.parse(variable(template, 'WINBAKE_GATE_POLICY')) as { extras: string[] }).extras;

/** What the roles of the gate and of the build instance may do of other services. */
function rightsOf(template: Template) {
  const roles = Object.entries(policyStatements(template)).flatMap(([id, statements]) => {
    const [role] = /Decide|InstanceRole/.exec(id) ?? [];
    const rights = statements
      .map(({ Action, Resource }) => [[Action].flat(), [Resource].flat().map(resolvedText)] as const)
      .filter(([actions]) =>
        actions.some(
          (one) =>
            /^(ecr|secretsmanager):|^kms:Decrypt$/.test(one) && !actions.includes('kms:GenerateDataKey'),
        ),
      );
    return role === undefined || rights.length === 0 ? [] : [[role, rights] as const];
  });
  return Object.fromEntries(roles);
}

const shop = (stack: Stack) => Repository.fromRepositoryName(stack, 'Shop', 'shop/web');

test('of ECR are named after their repositories, and both roles may read these and no others', () => {
  const template = pipelineWith((stack) => CachedImage.fromEcr(shop(stack), { tag: '7' }));
  expect(extrasOf(template)).toEqual([`shop-web=${ECR}/shop/web:7`]);
  expect(variable(template, 'WINBAKE_REGISTRY_LOGINS')).toBe('{}');
  const repository = [expect.stringMatching(/:ecr:eu-west-1:111122223333:repository\/shop\/web$/)];
  expect(rightsOf(template)).toEqual({
    Decide: [
      [['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], repository],
      [['ecr:GetAuthorizationToken'], ['*']],
    ],
    InstanceRole: [
      [['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'], repository],
      [['ecr:GetAuthorizationToken'], ['*']],
    ],
  });
});

test('of a repository that the same stack makes are named after its construct, or as asked', () => {
  const template = pipelineWith(
    (stack) => CachedImage.fromEcr(new Repository(stack, 'ShopImages')),
    (stack) => CachedImage.fromEcr(new Repository(stack, 'Other'), { name: 'jobs', tag: 'live' }),
  );
  const policies = JSON.stringify(template.findResources('AWS::Lambda::Function'));
  expect(policies).toMatch(/\bshopimages=/);
  expect(policies).toMatch(/\bjobs=.*:live\b/);
});

test('of other registries are read by a secret, by both roles, with its key', () => {
  const credentials = (stack: Stack) =>
    Secret.fromSecretAttributes(stack, 'Acr', {
      secretCompleteArn: SECRET,
      encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
    });
  const template = pipelineWith(
    (stack) => CachedImage.fromRegistry('shop.azurecr.io/web:7', { credentials: credentials(stack) }),
    () => CachedImage.fromRegistry('contoso/tools'),
  );
  expect(extrasOf(template)).toEqual([
    'web=shop.azurecr.io/web:7',
    'contoso-tools=docker.io/contoso/tools:latest',
  ]);
  expect(JSON.parse(variable(template, 'WINBAKE_REGISTRY_LOGINS'))).toEqual({ 'shop.azurecr.io': SECRET });
  const rights = [
    [['secretsmanager:GetSecretValue'], [SECRET]],
    [['kms:Decrypt'], ['arn:aws:kms:eu-west-1:111122223333:key/1']],
  ];
  expect(rightsOf(template)).toEqual({ Decide: rights, InstanceRole: rights });
  const recipe = JSON.stringify(template.findResources('AWS::ImageBuilder::ImageRecipe'));
  expect(recipe).toContain(`shop.azurecr.io=${SECRET}`);
});

test('of a secret that is known by its name are read by whatever Secrets Manager adds to that', () => {
  const template = pipelineWith((stack) =>
    CachedImage.fromRegistry('shop.azurecr.io/web:7', {
      credentials: Secret.fromSecretNameV2(stack, 'Acr', 'acr'),
    }),
  );
  expect(rightsOf(template)).toMatchObject({
    Decide: [[['secretsmanager:GetSecretValue'], [expect.stringMatching(/:secret:acr-\?{6}$/)]]],
  });
});

test('of one registry may name one secret in several ways of CDK', () => {
  const template = pipelineWith(
    ...['one', 'two'].map(
      (name) => (stack: Stack) =>
        CachedImage.fromRegistry(`a.io/${name}:1`, {
          credentials: Secret.fromSecretNameV2(stack, name, 'acr'),
        }),
    ),
  );
  expect(rightsOf(template)).toMatchObject({
    InstanceRole: [[['secretsmanager:GetSecretValue'], [expect.stringMatching(/:secret:acr-\?{6}$/)]]],
  });
});

test('need no right where there are none', () => {
  const template = pipelineWith();
  expect(rightsOf(template)).toEqual({});
  expect(JSON.stringify(template.findResources('AWS::ImageBuilder::ImageRecipe'))).toContain(
    '{"Name":"Secrets","Value":["none"]}',
  );
});

const secret = (stack: Stack, name = 'Login') => Secret.fromSecretNameV2(stack, name, name);
const ECR_HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';

test.each(['docker.io/team/jobs:live', 'index.docker.io/team/jobs:live'])(
  'of the Docker Hub are read by a secret where it is named: %s',
  (reference) => {
    const template = pipelineWith((stack) =>
      CachedImage.fromRegistry(reference, { credentials: secret(stack) }),
    );
    expect(extrasOf(template)).toEqual(['team-jobs=docker.io/team/jobs:live']);
    expect(Object.keys(JSON.parse(variable(template, 'WINBAKE_REGISTRY_LOGINS')))).toEqual(['docker.io']);
  },
);

test.each<[string, (stack: Stack) => CachedImage[], string]>([
  [
    'a digest',
    () => [CachedImage.fromRegistry(`a.io/x@sha256:${'0'.repeat(64)}`)],
    `CachedImage.fromRegistry: "reference" must end with the tag that is followed; got: 'a.io/x@sha256:`,
  ],
  [
    'a registry of ECR in the name of nobody',
    () => [CachedImage.fromRegistry(`${ECR_HOST}/shop/web:7`)],
    `CachedImage.fromRegistry: "reference" must not lie in Amazon ECR, which the pipeline's roles need rights to read, and no password lasts for; ` +
      `got: '${ECR_HOST}/shop/web:7'. Use CachedImage.fromEcr with Repository.fromRepositoryArn.`,
  ],
  [
    'a registry of ECR with a password',
    (stack) => [CachedImage.fromRegistry(`${ECR_HOST}/x:1`, { credentials: secret(stack) })],
    `got: '${ECR_HOST}/x:1'. Use CachedImage.fromEcr`,
  ],
  [
    'a login without a registry',
    (stack) => [CachedImage.fromRegistry('jobs:live', { credentials: secret(stack) })],
    'CachedImage.fromRegistry: "reference" must begin with the host of its registry, or the login of Platform/Login would go to the Docker Hub; ' +
      "got: 'jobs:live'. It is such as 'shop.azurecr.io/jobs:live', or of the Docker Hub 'docker.io/library/jobs:live'.",
  ],
  [
    'a login with a path and without a registry',
    (stack) => [CachedImage.fromRegistry('team/jobs', { credentials: secret(stack) })],
    "of the Docker Hub 'docker.io/team/jobs:latest'.",
  ],
  [
    'an address',
    () => [CachedImage.fromRegistry('https://a.io/x:1')],
    `CachedImage.fromRegistry: "reference" must begin with a host; got: 'https://a.io/x:1'. Leave out https://, as in 'a.io/x:1'.`,
  ],
  [
    'a reference that only the deployment knows',
    () => [CachedImage.fromRegistry(`${Aws.ACCOUNT_ID}.example.com/x:1`)],
    'CachedImage.fromRegistry: "reference" must be known at synthesis; got: a token.',
  ],
  [
    'a tag of another registry that is none',
    () => [CachedImage.fromRegistry('a.io/x:a b')],
    'CachedImage.fromRegistry: An image is named like',
  ],
  [
    'a name that is none',
    (stack) => [CachedImage.fromEcr(shop(stack), { name: 'Shop' })],
    'CachedImage.fromEcr(Platform/Shop): "name" must be up to 30 lower-case letters, digits and hyphens, a letter first, known at synthesis; ' +
      "got: 'Shop'. It is such as 'shop'.",
  ],
  [
    'a repository without a letter and a name',
    () => [CachedImage.fromRegistry('a.io/1:1')],
    "got: ''. Give one for the repository '1'.",
  ],
  [
    'the name of a family',
    () => [CachedImage.fromRegistry('a.io/servercore:1')],
    `"name" must not be that of a family; got: 'servercore'. Give one for the repository 'servercore'.`,
  ],
  [
    'a tag that is none',
    (stack) => [CachedImage.fromEcr(shop(stack), { tag: 'a b' })],
    'CachedImage.fromEcr(Platform/Shop): "tag" must be up to 128 letters, digits, dots, hyphens and underscores, known at synthesis; ' +
      "got: 'a b'. It is such as 'live'.",
  ],
  [
    'two of one name',
    (stack) => [CachedImage.fromEcr(shop(stack)), CachedImage.fromRegistry('a.io/shop/web:1')],
    `[Platform/Pipeline] "extras" must have a name of its own for each image; got: 'shop-web' twice. ` +
      'Leave one out, or give one of your own another "name".',
  ],
  [
    'two secrets for one registry',
    (stack) =>
      ['one', 'two'].map((name) =>
        CachedImage.fromRegistry(`a.io/${name}:1`, {
          credentials: Secret.fromSecretNameV2(stack, name, name),
        }),
      ),
    `"extras" must read each registry by one secret; got: two for 'a.io'.`,
  ],
])('%s ends synthesis', (_, make, message) => {
  const stack = new Stack(new App(), 'Platform', { env });
  expect(
    () => new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, extras: make(stack) }),
  ).toThrow(message);
});
