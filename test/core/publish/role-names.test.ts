import { accountRoleName, functionRoleName, reachingRoleNames } from '../../../lib/contract/names/resources';

test.each([
  ['/winbake', 'eu-central-1', 'winbake-account-eu-central-1'],
  ['/corp/winbake.next', 'us-east-1', 'corp-winbake-next-account-us-east-1'],
])('the role of an account derives from the prefix %s', (prefix, region, name) => {
  expect(accountRoleName(prefix, region)).toBe(name);
});

test.each([
  ['publish', true],
  ['housekeeping', true],
  ['operate', true],
  ['decide', false],
])('the role of %s reaches other accounts: %s', (kind, reaches) => {
  const name = functionRoleName('/corp/winbake.next', '2022-core', kind, 'us-east-1');
  expect(name).toBe(`corp-winbake-next-2022-core-${kind}-us-east-1`);
  const patterns = reachingRoleNames('/corp/winbake.next').map(
    (pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`),
  );
  expect(patterns.some((pattern) => pattern.test(name))).toBe(reaches);
});
