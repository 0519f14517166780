import { create } from './rollout';

/** Brings a fleet one step nearer to the publication of its channel. */
export const handler = create(process.env);
