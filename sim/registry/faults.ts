import { UsageError } from '../../lib/contract/values/errors';
import { isRepository } from '../../lib/core/oci/image-reference';
import type { Fault } from './fault';
import { DETOURS } from './fault-detours';
import { DAMAGES, REFUSALS } from './fault-responses';

/** All faults that the embedded registry can have, for `--fault` and its help. */
export const FAULTS: readonly Fault[] = [...REFUSALS, ...DAMAGES, ...DETOURS];

/** A fault that was asked for, and the value of its parameter. */
export interface FaultSettings {
  readonly fault: Fault;
  /** Empty where the fault takes none. */
  readonly value: string;
}

/**
 * The faults of these names; throws a `UsageError` where a name is none, which lists them all and others that would have
 * been one.
 */
export function parseFaults(
  names: readonly string[],
  others: readonly string[] = [],
): readonly FaultSettings[] {
  return names.map((text) => {
    const [name = '', ...rest] = text.split(':');
    const value = rest.join(':');
    const fault = FAULTS.find((candidate) =>
      takesRepository(candidate)
        ? candidate.name.startsWith(`${name}:`) && isRepository(value)
        : candidate.name === text,
    );
    if (fault === undefined) {
      const known = new Set([...others, ...FAULTS.map((one) => one.name)]);
      throw new UsageError(`A fault is one of ${[...known].join(', ')}; got: '${text}'.`);
    }
    return { fault, value };
  });
}

/** Whether a fault is about one repository, whose name follows its own. */
export function takesRepository(fault: Fault): boolean {
  return fault.name.endsWith(':<repository>');
}
