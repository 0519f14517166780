import { create } from './housekeeping';

/** Takes care of a pipeline, every 15 minutes. */
export const handler = create(process.env);
