import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuse } from './validate';

/**
 * The most bytes that we fill a standard parameter, or the environment of a function with. Both take 4096; what a reference
 * becomes is reckoned.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MOST_DEPLOYED_BYTES = 3800;

/** The longest that pseudo parameters become: the names of AWS's isolated partitions, and of their regions. */
const PSEUDO_PARAMETERS: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 10,
  'AWS::Region': 15,
  'AWS::StackId': 230,
};

/** Room for any other reference: the ARN or name of a resource. */
const REFERENCE_BYTES = 128;

/**
 * How many bytes a text adds to the variables of a function when it is deployed, with every reference in it at its longest. Lambda
 * measures the variables as JSON, in which quotes take two bytes.
 * @see https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594
 */
export function variableBytes(scope: IConstruct, text: string): number {
  return bytesOf(Stack.of(scope).resolve(text));
}

/** The quotes of a name and its value, the colon between and the comma or brace behind them. */
const BESIDE_VARIABLE = 6;

/** Ends synthesis where the variables of a function are more than Lambda takes. */
export function checkEnvironmentBytes(
  scope: IConstruct,
  environment: Readonly<Record<string, string>>,
): void {
  const sizes = Object.entries(environment)
    .map(([name, value]) => ({ name, bytes: name.length + BESIDE_VARIABLE + variableBytes(scope, value) }))
    .sort((one, other) => other.bytes - one.bytes);
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
  const [longest] = sizes;
  if (longest !== undefined && bytes > MOST_DEPLOYED_BYTES) {
    refuse(
      scope,
      'environment',
      `must take at most ${MOST_DEPLOYED_BYTES} bytes, since Lambda takes 4096`,
      `${bytes} bytes, ${longest.bytes} of them in ${longest.name}`,
      'Shorten the prop that fills it.',
    );
  }
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(JSON.stringify(value)) - 2;
  }
  const [[name, argument] = ['']] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.reduce<number>(
      (sum, part) => sum + bytesOf(part),
      Math.max(parts.length - 1, 0) * bytesOf(separator),
    );
  }
  return name === 'Ref' ? (PSEUDO_PARAMETERS[String(argument)] ?? REFERENCE_BYTES) : REFERENCE_BYTES;
}
