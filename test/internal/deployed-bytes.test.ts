import { App, Stack } from 'aws-cdk-lib';
import { checkEnvironmentBytes } from '../../lib/internal/deployed-bytes';

const check = (POLICY: (stack: Stack) => string) => {
  const stack = new Stack(new App(), 'Platform');
  return () => {
    checkEnvironmentBytes(stack, { POLICY: POLICY(stack) });
  };
};

describe('the variables of a function', () => {
  test.each<[string, (stack: Stack) => string]>([
    ['what fits', () => 'a'.repeat(3788)],
    ['quotes, which Lambda measures with what escapes them', () => '"'.repeat(1894)],
    ['references, at their longest', (stack) => `${'a'.repeat(3776)}${stack.account}`],
  ])('may hold %s', (_what, policy) => {
    expect(check(policy)).not.toThrow();
  });

  test.each<[string, (stack: Stack) => string]>([
    ['what does not fit', () => 'a'.repeat(3789)],
    ['quotes', () => '"'.repeat(1895)],
    ['references', (stack) => `${'a'.repeat(3777)}${stack.account}`],
  ])('end synthesis with %s beyond that', (_what, policy) => {
    expect(check(policy)).toThrow(
      /"environment" must take at most 3800 bytes, since Lambda takes 4096; got: 380[12] bytes, 380[12] of them in POLICY/,
    );
  });
});
