import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { WindowsAmiAccount, WindowsOs, type WindowsAmiAccountProps } from '../../lib/index';
import { actionsOf, policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const PIPELINES = [
  { os: WindowsOs.SERVER_2022_CORE },
  { os: WindowsOs.SERVER_2019_FULL, pipelineName: 'web' },
];

function accountOf(props: Partial<WindowsAmiAccountProps> = {}, env = { account: '222222222222' }) {
  const stack = new Stack(new App(), 'Account', { env: { region: 'eu-west-1', ...env } });
  const account = new WindowsAmiAccount(stack, 'Winbake', {
    pipelineAccount: '111111111111',
    pipelines: PIPELINES,
    parameterPrefix: '/team/winbake',
    ...props,
  });
  return { stack, account, template: () => Template.fromStack(stack) };
}

const template = accountOf().template();

test("its role has the fixed name, and trusts what publishes, cares and operates in the pipelines' account", () => {
  const role = Object.values(template.findResources('AWS::IAM::Role')).find(
    ({ Properties }) => Properties.RoleName !== undefined,
  )!['Properties'];
  expect(role.RoleName).toBe('team-winbake-account-eu-west-1');
  const [{ Principal, Condition }] = role.AssumeRolePolicyDocument.Statement;
  expect(resolvedText(Principal.AWS)).toBe('arn:aws:iam::111111111111:root');
  expect(Condition.ArnLike['aws:PrincipalArn'].map(resolvedText)).toEqual(
    ['publish', 'housekeeping', 'operate'].map(
      (kind) => `arn:aws:iam::111111111111:role/team-winbake-*-${kind}-*`,
    ),
  );
});

test('its role writes below the paths of the named pipelines, and reads what uses their AMIs', () => {
  const [, statements = []] =
    Object.entries(policyStatements(template)).find(([id]) => /^WinbakeRole/.test(id)) ?? [];
  expect(actionsOf(statements)).toEqual([
    'autoscaling:DescribeAutoScalingGroups',
    'ec2:DescribeImages',
    'ec2:DescribeInstances',
    'ec2:DescribeLaunchTemplateVersions',
    'ssm:DeleteParameter',
    'ssm:GetParameter',
    'ssm:GetParametersByPath',
    'ssm:PutParameter',
  ]);
  const resourcesFor = (action: string) =>
    statements
      .filter((one) => actionsOf([one]).includes(action))
      .flatMap(({ Resource }) => [Resource].flat().map(resolvedText));
  const ssm = 'arn:aws:ssm:eu-west-1:222222222222:parameter';
  expect(resourcesFor('ssm:PutParameter')).toEqual([
    `${ssm}/team/winbake/2022-core/*`,
    `${ssm}/team/winbake/web/*`,
  ]);
  expect(resourcesFor('ssm:DeleteParameter')).toEqual([
    `${ssm}/team/winbake/2022-core/by-revision/*`,
    `${ssm}/team/winbake/web/by-revision/*`,
  ]);
});

test('it seeds the channels of every pipeline with the ECS-optimized AMI, and starts nothing', () => {
  const seeds = Object.values(template.findResources('Custom::WinbakeSeed')).map(({ Properties }) => ({
    os: Properties.os,
    path: Properties.parameterPath,
    base: Properties.baseAmiParameter,
  }));
  expect(seeds).toEqual([
    {
      os: 'SERVER_2022_CORE',
      path: '/team/winbake/2022-core',
      base: WindowsOs.SERVER_2022_CORE.baseAmiParameter,
    },
    { os: 'SERVER_2019_FULL', path: '/team/winbake/web', base: WindowsOs.SERVER_2019_FULL.baseAmiParameter },
  ]);
  expect(actionsOf(Object.values(policyStatements(template)).flat())).not.toContain('states:StartExecution');
});

test('another region of the account of the pipelines needs no role', () => {
  const { account, template: synthesized } = accountOf({}, { account: '111111111111' });
  const own = synthesized();
  expect(account.role).toBeUndefined();
  const named = Object.values(own.findResources('AWS::IAM::Role')).filter(
    ({ Properties }) => Properties.RoleName !== undefined,
  );
  expect(named).toEqual([]);
  own.resourceCountIs('Custom::WinbakeSeed', 2);
});

test('who reads may read channels and revisions of the pipelines, and nothing else', () => {
  const { account, stack, template: granted } = accountOf({ pipelines: [PIPELINES[0]!] });
  account.grantRead(new Role(stack, 'Reader', { assumedBy: new AccountRootPrincipal() }));
  const [, [statement] = []] =
    Object.entries(policyStatements(granted())).find(([id]) => /^Reader/.test(id)) ?? [];
  expect(statement?.Action).toEqual(['ssm:GetParameter', 'ssm:GetParameters']);
  const path = 'arn:aws:ssm:eu-west-1:222222222222:parameter/team/winbake/2022-core';
  const named = ['latest', 'current', 'previous'].flatMap((channel) =>
    ['publication', 'ami-id', 'os-version'].map((name) => `${path}/${channel}/${name}`),
  );
  expect((statement?.Resource as unknown[]).map(resolvedText)).toEqual([...named, `${path}/by-revision/*`]);
});

test.each([
  ['400 days', {}, 400],
  ['as long as said', { logRetention: RetentionDays.ONE_WEEK }, 7],
])('logs are kept %s', (_name, props, days) => {
  const groups = Object.values(accountOf(props).template().findResources('AWS::Logs::LogGroup'));
  expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual([days, days, days]);
});

test.each<[Partial<WindowsAmiAccountProps>, string]>([
  [
    { pipelineAccount: '1234' },
    `[Account/Winbake] "pipelineAccount" must name the account by twelve digits; got: '1234'.`,
  ],
  [{ pipelines: [] }, `"pipelines" must name at least one pipeline; got: [].`],
  [{ pipelines: [PIPELINES[0]!, PIPELINES[0]!] }, `"pipelines" must name each once; got: '2022-core' twice.`],
  [{ pipelines: [{ ...PIPELINES[0]!, pipelineName: 'Web' }] }, `"pipelineName" must have 3 to 40 lower-case`],
  [{ parameterPrefix: 'winbake' }, `"parameterPrefix" must be a path`],
  [
    { parameterPrefix: `/${'p'.repeat(50)}` },
    `"parameterPrefix" must leave the role ${'p'.repeat(50)}-account-<region> at most 64 characters; got: 68.`,
  ],
])('%j ends synthesis', (props, message) => {
  expect(() => accountOf(props)).toThrow(message);
});
