import {
  BASE_AMI_POLICIES,
  DEFAULT_GATE_POLICY,
  HOST_WITHOUT_IMAGE_POLICIES,
  LATE_POLICIES,
  OUT_OF_BAND_POLICIES,
  type GatePolicy,
} from '../contract/documents/gate-policy';
import type { GatePolicyEnvironment } from '../contract/names/environment';

/** The lines of families that replace the live ones, written as `aspnet=4.8,dotnet-aspnet=9.0`. */
export function linesOf({ WINBAKE_LINES = '' }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const pairs = WINBAKE_LINES.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}

/** What is cached beside the families, in the forms of `EXTRA_FORMS`. */
export function extrasOf({ WINBAKE_EXTRAS = '' }: NodeJS.ProcessEnv): readonly string[] {
  return WINBAKE_EXTRAS.split(' ').filter((text) => text !== '');
}

/**
 * The policy of the environment; what it leaves out is the default. Throws where a value is none, which only a broken
 * deployment can cause.
 */
export function gatePolicyOf(environment: NodeJS.ProcessEnv): GatePolicy {
  const read = (name: keyof GatePolicyEnvironment) => environment[name];
  return {
    longestWaitSeconds: seconds(read, 'WINBAKE_LONGEST_WAIT_SECONDS', DEFAULT_GATE_POLICY.longestWaitSeconds),
    late: oneOf(read, 'WINBAKE_LATE', LATE_POLICIES, DEFAULT_GATE_POLICY.late),
    outOfBand: oneOf(read, 'WINBAKE_OUT_OF_BAND', OUT_OF_BAND_POLICIES, DEFAULT_GATE_POLICY.outOfBand),
    maxAgeSeconds: seconds(read, 'WINBAKE_MAX_AGE_SECONDS', DEFAULT_GATE_POLICY.maxAgeSeconds),
    baseAmi: oneOf(read, 'WINBAKE_BASE_AMI', BASE_AMI_POLICIES, DEFAULT_GATE_POLICY.baseAmi),
    hostWithoutImage: oneOf(
      read,
      'WINBAKE_HOST_WITHOUT_IMAGE',
      HOST_WITHOUT_IMAGE_POLICIES,
      DEFAULT_GATE_POLICY.hostWithoutImage,
    ),
  };
}

type Read = (name: keyof GatePolicyEnvironment) => string | undefined;

function oneOf<T extends string>(
  read: Read,
  name: keyof GatePolicyEnvironment,
  values: readonly T[],
  byDefault: T,
): T {
  const text = read(name) ?? byDefault;
  const value = values.find((one) => one === text);
  if (value === undefined) {
    throw new Error(
      `The environment variable ${name} is one of ${values.join(', ')}; got: '${text}'. Deploy the stack again.`,
    );
  }
  return value;
}

function seconds(read: Read, name: keyof GatePolicyEnvironment, byDefault: number): number {
  const text = read(name) ?? String(byDefault);
  if (!/^[1-9]\d{0,9}$/.test(text)) {
    throw new Error(
      `The environment variable ${name} is a number of seconds; got: '${text}'. Deploy the stack again.`,
    );
  }
  return Number(text);
}
