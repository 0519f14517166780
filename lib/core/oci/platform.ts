/** For which machine an image is: operating system, processor and, for Windows, the OS version. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** `os.version` as written, if it is there at all. */
  readonly osVersion: string | undefined;
}

/** Whether a platform is the one that Windows container hosts on ECS have. */
export function isWindowsAmd64(platform: Platform): boolean {
  return platform.os === 'windows' && platform.architecture === 'amd64';
}
