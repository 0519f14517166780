import { create } from './housekeeping';

/** Takes care of a pipeline, every 15 minutes and after each deployment. */
export const handler = create(process.env);
