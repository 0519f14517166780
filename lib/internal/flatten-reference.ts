/**
 * A resolved value of CloudFormation as one line of text, references in angle brackets, as cdk-nag names its findings:
 * `{"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}` is `<Bucket.Arn>/*`.
 */
export function flattenReference(value: unknown): string {
  if (typeof value === 'string') {
    return value.replaceAll('${', '<').replaceAll('}', '>');
  }
  const [[name, argument] = []] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [delimiter, items] = argument as [string, unknown[]];
    return items.map(flattenReference).join(delimiter);
  }
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
    return `<${argument.map(flattenReference).join('.')}>`;
  }
  return name === 'Ref' ? `<${flattenReference(argument)}>` : JSON.stringify(value);
}
