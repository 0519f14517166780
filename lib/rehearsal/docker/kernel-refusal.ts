import { compatibility } from '../../core/images/compatibility';
import type { OsVersion } from '../../contract/values/os-version';

/**
 * Why Windows does not start a process-isolated container of an image on a host, in the words that reach docker, or
 * undefined where it starts. Everything that is not surely allowed is refused, so that no rehearsal passes with it:
 *
 * - another build (2022 images on a 2025 host apart), and another revision on 2016: 0xc0370101, when the container is made.
 *   In words only: Docker 25 no longer prints the number.
 * - an image newer than its host: 0xc0370106, when it is started. Real hosts start most such images.
 *
 * Source of the words: hcsshim of moby v25.0.6, `internal/hcs/errors.go` (SystemError) and `errors.go` (ContainerError).
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 * @see https://github.com/microsoft/dotnet-framework-docker/issues/1265
 * @see https://github.com/microsoft/Windows-Containers/issues/591
 */
export function kernelRefusal(host: OsVersion, image: OsVersion, container: string): string | undefined {
  const { compatible, rule } = compatibility(host, image);
  if (compatible) {
    return undefined;
  }
  return rule === 'newerRevision'
    ? `container ${container} encountered an error during hcs::System::Start: failure in a Windows system call: ` +
        'The virtual machine or container exited unexpectedly. (0xc0370106)'
    : `hcs::CreateComputeSystem ${container}: The container operating system does not match the host operating system.`;
}
