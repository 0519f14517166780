import { create } from './operate';

/** Carries out a person's override: the verbs that change something. */
export const handler = create(process.env);
