import type { ImageKind } from './image-keys';

/** Compressed sizes of one build's images, in units of 1,000,000 bytes. */
interface DeclaredSizes {
  /** Server Core's first layer and the update on top of it. */
  readonly base: number;
  readonly update: number;
  /** Whole images. */
  readonly nanoserver: number;
  readonly frameworkRuntime: number;
  readonly frameworkAspnet: number;
  readonly frameworkSdk: number;
  readonly dotnetAspnet: number;
}

/**
 * Sums of layer sizes that the published build records of the .NET images state for 2026-08-11; those images contain
 * Server Core and Nano Server. Nano Server of 2016 has ended: 2019's stand in for it.
 * @see https://github.com/dotnet/versions/tree/main/build-info/docker
 */
const SIZES = {
  14393: {
    base: 4104,
    update: 1591,
    nanoserver: 109,
    dotnetAspnet: 156,
    frameworkRuntime: 6630,
    frameworkAspnet: 6910,
    frameworkSdk: 8500,
  },
  17763: {
    base: 1750,
    update: 676,
    nanoserver: 109,
    dotnetAspnet: 156,
    frameworkRuntime: 3250,
    frameworkAspnet: 3390,
    frameworkSdk: 5300,
  },
  20348: {
    base: 1489,
    update: 695,
    nanoserver: 124,
    dotnetAspnet: 173,
    frameworkRuntime: 2680,
    frameworkAspnet: 2770,
    frameworkSdk: 4670,
  },
  26100: {
    base: 1523,
    update: 918,
    nanoserver: 197,
    dotnetAspnet: 246,
    frameworkRuntime: 2540,
    frameworkAspnet: 2640,
    frameworkSdk: 4550,
  },
} as const satisfies Record<number, DeclaredSizes>;

const MEGABYTE = 1_000_000;

function sizesOf(build: number | undefined): DeclaredSizes {
  return (SIZES as Partial<Record<number, DeclaredSizes>>)[build ?? 0] ?? SIZES[20348];
}

/** Whether a build has figures of its own. */
export function hasDeclaredSizes(build: number): boolean {
  return Object.hasOwn(SIZES, build);
}

/** Bytes of Server Core's two layers; a build without figures takes those of 20348, here and below. */
export function servercoreBytes(build: number | undefined): {
  readonly base: number;
  readonly update: number;
} {
  const { base, update } = sizesOf(build);
  return { base: base * MEGABYTE, update: update * MEGABYTE };
}

/**
 * Bytes that an image has beyond its base image, or in all where it has none. Assumed, since no figure was found: `iis`
 * 0.1 GiB, `server` one and a half times Server Core, `dotnetRuntime` 10 MB less than `dotnetAspnet`, any other 250 MB.
 */
export function ownBytes(kind: ImageKind, build: number | undefined): number {
  const sizes = sizesOf(build);
  const servercore = sizes.base + sizes.update;
  switch (kind) {
    case 'servercore':
      return servercore * MEGABYTE;
    case 'nanoserver':
      return sizes.nanoserver * MEGABYTE;
    case 'server':
      return 1.5 * servercore * MEGABYTE;
    case 'iis':
      return 107 * MEGABYTE;
    case 'frameworkRuntime':
    case 'frameworkAspnet':
    case 'frameworkSdk':
      return (sizes[kind] - servercore) * MEGABYTE;
    case 'dotnetAspnet':
      return (sizes.dotnetAspnet - sizes.nanoserver) * MEGABYTE;
    case 'dotnetRuntime':
      return (sizes.dotnetAspnet - sizes.nanoserver - 10) * MEGABYTE;
    case 'other':
      return 250 * MEGABYTE;
  }
}
