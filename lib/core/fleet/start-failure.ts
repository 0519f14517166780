import type { HostTask } from '../ports/container-hosts';

/** Errors of a container's start, by which an AMI shows that it is bad; the errors of an app itself are not among them. */
const START_ERRORS =
  /CannotPullContainerError|CannotPullImageManifestError|CannotStartContainerError|CannotCreateContainerError|CannotInspectContainerError|DockerTimeoutError|HcsError|ResourceInitializationError/i;

/**
 * Whether a task stopped because it could not be pulled or started.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function isStartFailure({ status, stopCode, reasons }: HostTask): boolean {
  return (
    status === 'STOPPED' &&
    (stopCode === 'TaskFailedToStart' || reasons.some((reason) => START_ERRORS.test(reason)))
  );
}
