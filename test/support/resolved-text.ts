/**
 * A text of a template as it may look after deployment: references become plain texts. `ARN`s begin as such, and pseudo
 * parameters have values of an ordinary account.
 */
export function resolvedText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(resolvedText).join(separator);
    }
    case 'Fn::GetAtt':
      return `arn:of:${(argument as string[]).join('.')}`;
    case 'Ref':
      return PSEUDO_PARAMETERS[argument as string] ?? (argument as string);
    default:
      throw new Error(`${name} is not expected in a text.`);
  }
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
};
