import type { JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import { mustBeOneOf, mustHave, roughText, shown, text, when } from './values';

const API = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html';

/** A parameter that is accepted. */
export const PARAMETER_EXAMPLE: JsonObject = {
  Name: '/golden/latest',
  Type: 'String',
  Value: 'ami-0123456789abcdef0',
  DataType: 'aws:ec2:image',
};

/** What `PutParameter` refuses, and CloudFormation for it. */
export const PARAMETER_RULES: readonly Rule[] = [
  {
    id: 'parameter/name',
    source: 'https://github.com/boto/boto3/issues/1499',
    wayOut: 'Use letters, digits and . - _, in a path with a slash first, not below aws or ssm.',
    refused: { Name: '/golden/the latest' },
    check: (document) => {
      const name = text(document, 'Name');
      return when(
        name !== undefined && !isName(name),
        `Name must be a path of letters, digits and . - _; got: ${shown(name)}`,
      );
    },
  },
  {
    id: 'parameter/value',
    source: 'https://github.com/aws/aws-sdk-net/issues/3157',
    wayOut: 'Shorten it, or take the advanced tier for up to 8192 characters.',
    refused: { Value: 'a'.repeat(4097), DataType: 'text' },
    check: (document) => {
      const { length } = roughText(document, 'Value') ?? '-';
      const tier = text(document, 'Tier') ?? 'Standard';
      const most = tier === 'Standard' ? 4096 : 8192;
      return [
        ...mustHave(document, 'the parameter', ['Value']),
        ...when(length === 0, 'Value must have 1 character at least; got: ""'),
        ...when(length > most, `Value must have at most ${most} characters; got: ${length}`),
        ...mustBeOneOf(document, 'Tier', ['Standard', 'Advanced', 'Intelligent-Tiering']),
      ];
    },
  },
  {
    id: 'parameter/type',
    source: API,
    wayOut: 'CloudFormation makes no SecureString; put it by other means and refer to it.',
    refused: { Type: 'SecureString' },
    check: (document) => [
      ...mustHave(document, 'the parameter', ['Type']),
      ...mustBeOneOf(document, 'Type', ['String', 'StringList']),
    ],
  },
  {
    id: 'parameter/data-type',
    source: API,
    wayOut: 'The store checks that an aws:ec2:image is an AMI; leave the type out for other texts.',
    refused: { Value: 'none' },
    check: (document) => {
      const value = text(document, 'Value');
      return [
        ...mustBeOneOf(document, 'DataType', ['text', 'aws:ec2:image', 'aws:ssm:integration']),
        ...when(
          text(document, 'DataType') === 'aws:ec2:image' &&
            value !== undefined &&
            !/^ami-[0-9a-f]+$/.test(value),
          `Value must be the id of an AMI; got: ${shown(value)}`,
        ),
      ];
    },
  },
];

function isName(name: string): boolean {
  const isPath = name.includes('/');
  return (
    /^[\w.\-/]{1,1011}$/.test(name) &&
    (!isPath || name.startsWith('/')) &&
    !name.endsWith('/') &&
    !name.includes('//') &&
    !/^\/?(aws|ssm)/i.test(name) &&
    name.split('/').length <= 16
  );
}
