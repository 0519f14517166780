import { create } from './publish';

/** Makes a verified AMI known. */
export const handler = create(process.env);
