import { accountRoleName } from '../../../lib/core/publish/account-role-name';

test.each([
  ['/winbake', 'eu-central-1', 'winbake-account-eu-central-1'],
  ['/corp/winbake.next', 'us-east-1', 'corp-winbake-next-account-us-east-1'],
])('the role of an account derives from the prefix %s', (prefix, region, name) => {
  expect(accountRoleName(prefix, region)).toBe(name);
});
