import { create } from './delete-fleet';

/** Deletes a fleet's group when its stack is deleted. */
export const handler = create(process.env);
