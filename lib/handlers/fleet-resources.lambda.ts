import { create } from './fleet-resources';

/** Answers for the custom resources of a stack's fleets. */
export const handler = create(process.env);
