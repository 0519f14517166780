import type { Catalog } from '../contracts/catalog';
import type { Finding } from '../resolve/finding';

/** The name under which an operator accepts one finding: its code, its family and the version that it is about. */
export function findingKey({ code, family }: Pick<Finding, 'code' | 'family'>, osVersion: string): string {
  return [code, family, osVersion].filter((part) => part !== undefined).join(' ');
}

/** Whether an operator passed a finding, by its name. */
export function isAccepted({ accepted }: Pick<Catalog, 'accepted'>, key: string): boolean {
  return accepted.some(({ finding }) => finding === key);
}
