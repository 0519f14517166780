import { create } from './seed';

/** Points the channels of a new pipeline to the plain base AMI. */
export const handler = create(process.env);
