import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, partOf, type CheckedGrant } from '../../../sim/permissions/check-permissions';
import type { Grant } from '../../../sim/permissions/grants';
import {
  checkedPermissions,
  formatPermissions,
  permissionsDocument,
} from '../../../tools/permissions/checked-permissions';

/** Rights that once could have been missing, and every test would have passed. */
const ONCE_UNSEEN: readonly (readonly [role: string, action: string])[] = [
  ['Pipeline/Publish/Role', 'imagebuilder:ListWorkflowStepExecutions'],
  ['Pipeline/Decide/Role', 'imagebuilder:GetWorkflowStepExecution'],
  ['Pipeline/Housekeeping/Role', 'ssm:PutParameter'],
  ['Pipeline/Schedules/PollTarget/Role', 'sqs:SendMessage'],
  ['Pipeline/Housekeeping/Role', 'ec2:DeleteSnapshot'],
];

/** What the hosts of a fleet read the login of a private registry by. */
const OF_HOSTS: typeof ONCE_UNSEEN = [
  ['Windows/Fleet/InstanceRole', 'secretsmanager:GetSecretValue'],
  ['Windows/Fleet/InstanceRole', 'kms:Decrypt'],
];
const ALWAYS_TRIED = [...ONCE_UNSEEN, ...OF_HOSTS];

const isAlwaysTried = ({ action, of }: Grant) =>
  ALWAYS_TRIED.some(([role, one]) => role === of && one === action);

let checked: readonly CheckedGrant[] = [];

beforeAll(async () => {
  const part = partOf(new Date().toISOString().slice(0, 10), 25);
  checked = await checkedPermissions({
    chosen: (asked) => [...asked.filter(isAlwaysTried), ...part(asked)],
  });
});

test('nothing of the part of the day could be missing without anybody seeing it', () => {
  const tried = checked.filter(({ verdict }) => ['caught', 'soft', 'uncaught'].includes(verdict.kind));
  expect(tried.length).toBeGreaterThanOrEqual(25);
  expect(
    tried.filter(({ verdict }) => verdict.kind === 'uncaught').map(({ grant }) => nameOf(grant)),
  ).toEqual([]);
});

test.each(ALWAYS_TRIED)('%s without %s fails a scenario, which says so', (role, action) => {
  const own = checked.filter(({ grant }) => grant.of === role && grant.action === action);
  const verdicts = own.map(({ verdict }) => verdict).filter(({ kind }) => kind !== 'redundant');
  expect(verdicts.length).toBeGreaterThan(0);
  for (const verdict of verdicts) {
    expect(verdict).toMatchObject({
      kind: 'caught',
      text: expect.stringMatching(/not authorized/) as string,
    });
  }
});

test('what is never asked for stands with its reason on the page of security, and nothing else', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');
  const [, rest = ''] = page.split('\n### Never asked for\n');
  const [section = ''] = rest.split(/\n#+ /);
  const items = [...section.matchAll(/^- (All of )?`([^`]+)`([^]*?): ([^`]+?)\.$/gm)];
  expect(items).toHaveLength(section.match(/^- /gm)?.length ?? 0);
  const named = items.flatMap(([, all, role = '', actions = '', reason = '']) => {
    expect(reason).toMatch(/\w+ \w+/);
    const listed = [...actions.matchAll(/`([^`]+)`/g)].map(([, action = '']) => action);
    const own = checked.filter(({ grant }) => grant.of === role).map(({ grant }) => grant.action);
    const meant = all === undefined ? listed : own.filter((action) => !listed.includes(action));
    return meant.map((action) => `${role} ${action}`);
  });
  const unused = checked.filter(({ verdict }) => verdict.kind === 'unused');
  expect([...new Set(named)].sort()).toEqual(
    [...new Set(unused.map(({ grant }) => `${grant.of} ${grant.action}`))].sort(),
  );
});

test('the report is a document, and a table of 80 columns', () => {
  const document = permissionsDocument(checked);
  expect(document).toMatchObject({ schema: 'winbake.permissions/1', counts: { uncaught: 0 } });
  expect(document.grants).toHaveLength(checked.length);
  const lines = formatPermissions(checked).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});
