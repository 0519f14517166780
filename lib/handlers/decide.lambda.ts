import { create } from './decide';

/** Looks and decides under the lease, and writes the order of a bake that is due. */
export const handler = create(process.env);
