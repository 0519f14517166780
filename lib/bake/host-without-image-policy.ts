/** What is done for a host whose revision is newer than every image. */
export enum HostWithoutImagePolicy {
  /** The newest image that is not newer than the host is cached; on 2016, which runs equal revisions only, the bake stops. */
  NEAREST_LOWER = 'nearestLower',
  /** An operator is asked. */
  STOP = 'stop',
}
