import { parseEnvironment } from '../../../../sim/aws/cloudformation/environment';
import { stackModels } from '../../../support/stack-models';

test.each([
  ['aws://444455556666/eu-west-1', '444455556666', 'eu-west-1'],
  ['aws://444455556666/us-gov-west-1', '444455556666', 'us-gov-west-1'],
  ['aws://unknown-account/unknown-region', '123456789012', 'us-east-1'],
  ['aws://unknown-account/eu-west-1', '123456789012', 'eu-west-1'],
  [undefined, '123456789012', 'us-east-1'],
])('%s is %s in %s', (text, account, region) => {
  expect(parseEnvironment(text)).toEqual({ account, region });
});

test("a stack's names are of its own account and region", () => {
  const Resources = {
    Queue: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'at-us-east-1' } },
  };
  const environment = { account: '444455556666', region: 'eu-west-1' };
  const [stack] = stackModels({ Stack: { Resources, environment } });
  expect(stack!.resolve({ 'Fn::GetAtt': ['Queue', 'Arn'] })).toBe(
    'arn:aws:lambda:eu-west-1:444455556666:function:at-us-east-1',
  );
  expect(stack!.resolve({ 'Fn::Sub': '${AWS::AccountId} ${AWS::Region}' })).toBe('444455556666 eu-west-1');
  expect(stack!.resolve({ 'Fn::GetAZs': '' })).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
});
