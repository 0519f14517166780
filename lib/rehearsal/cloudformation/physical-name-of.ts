import { WinbakeError } from '../../contract/values/errors';
import type { JsonObject } from '../../contract/values/json';
import { physicalResource } from '../../../sim/aws/cloudformation/physical-names';

/** How a resource is called in the account. */
export interface PhysicalName {
  readonly reference: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The template fixes the name, so that there can be one of it only. */
  readonly isNamed: boolean;
}

/** Names a resource as CloudFormation would; one of a type without a model is named after its stack and logical id. */
export function physicalNameOf(
  stack: string,
  logicalId: string,
  type: string,
  properties: JsonObject,
): PhysicalName {
  let isNamed = false;
  const given = (property: string): string | undefined => {
    const value = properties[property];
    isNamed ||= typeof value === 'string' && property.endsWith('Name');
    return typeof value === 'string' ? value : undefined;
  };
  try {
    const named = physicalResource(stack, logicalId, type, given);
    return { ...named, isNamed };
  } catch (error) {
    if (error instanceof WinbakeError) {
      return { reference: `${stack}-${logicalId}`, attributes: {}, isNamed: false };
    }
    throw error;
  }
}
