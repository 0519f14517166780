import type { DockerAnswer } from './fake-docker';

/** What a healthy engine answers to the checks of a host; rows put before it make something wrong. */
export const HEALTHY_DOCKER: readonly DockerAnswer[] = [
  { call: 'version --format *', stdout: '25.0.6\n' },
  { call: 'network inspect nat', stdout: '[{"Name":"nat","Driver":"nat"}]' },
  { call: 'network ls *', stdout: '' },
];
