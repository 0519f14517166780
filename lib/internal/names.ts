import type { IConstruct } from 'constructs';
import { checkText } from './validate';

/** Where parameters begin unless another prefix is given. */
export const DEFAULT_PARAMETER_PREFIX = '/winbake';

const NAME = /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/;
const NAME_RULE = 'must have 3 to 40 lower-case letters, digits and hyphens, no hyphen first or last';

/** Checks the name of a pipeline, which becomes part of resource and parameter names. */
export function checkPipelineName(scope: IConstruct, name: string): void {
  checkText(scope, 'pipelineName', name, {
    pattern: NAME,
    rule: NAME_RULE,
    wayOut: "Leave it out to take the os's, such as '2022-core'.",
  });
}

/** Checks the name of a fleet, which becomes part of a parameter's name. */
export function checkFleetName(scope: IConstruct, name: string): void {
  checkText(scope, 'fleetName', name, {
    pattern: NAME,
    rule: NAME_RULE,
    wayOut: "It is such as 'shop-2022-core'.",
  });
}

/**
 * Checks a prefix of parameters.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
export function checkParameterPrefix(scope: IConstruct, prefix: string): void {
  checkText(scope, 'parameterPrefix', prefix, {
    pattern: /^(?!\/(aws|ssm))(\/[\w.-]+){1,5}$/i,
    rule: 'must be a path of one to five parts, begin with a slash, end without one, and be none of /aws and /ssm',
    wayOut: "Leave it out to take '/winbake'.",
  });
}
