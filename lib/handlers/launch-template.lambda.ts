import { create } from './launch-template';

/** Clones a deployment's launch template with the AMI that the fleet runs. */
export const handler = create(process.env);
