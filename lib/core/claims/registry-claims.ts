import type { Claim } from './claim';

/** Of the registry, the command line and the packages. */
export const REGISTRY_CLAIMS: readonly Claim[] = [
  {
    id: 'coverage-signs-in',
    claim:
      "`winbake coverage` signs in to ECR, to Azure's registry by an identity token, and to the Docker Hub by a credential helper",
    otherwise: '`winbake coverage` cannot read private images',
    damage: 'figures',
    how: '`npx winbake coverage IMAGE --release 2022` for a private image of each; exit code 0 or 3, and no `LOGIN_NEEDED`',
  },
  {
    id: 'coverage-layers-are-docker-pulls',
    claim:
      'the layers that `winbake coverage` calls missing are those that Docker pulls on a fresh host, and no others',
    otherwise: '`winbake coverage` shows the wrong layers as missing',
    damage: 'figures',
    how: '`docker pull` of the image on a host of the pipeline: as many lines "Already exists" as layers with `cached`',
  },
  {
    id: 'registry-reads-as-in-tests',
    claim: '`winbake resolve` reads `mcr.microsoft.com` as it reads the servers of the tests',
    otherwise: 'no image is found, and nothing is baked',
    damage: 'stops',
    how: '`npx winbake resolve --release 2022 --previous-revisions 0` with internet: four images, exit code 0, at most 8 requests; without it eight',
  },
  {
    id: 'registry-pages-tag-lists',
    claim: "Microsoft's registry pages `tags/list` with `Link`, or answers it whole",
    otherwise: 'hosts that are behind or ahead get no images',
    damage: 'stops',
    how: '`npx winbake resolve --release 2022 --host-version 10.0.20348.4171`; the images are those of September 2025',
  },
  {
    id: 'registry-redirects-are-public',
    claim: '`mcr.microsoft.com` redirects blobs to `<region>.data.mcr.microsoft.com` and nowhere private',
    otherwise: "the client refuses Microsoft's own blobs",
    damage: 'stops',
    how: 'same command with `--json`; `redirects` is above 0 and no `REGISTRY_INVALID` finding appears',
  },
  {
    id: 'dotnet-lines-are-live',
    claim:
      'the lines of .NET (`10.0` on 2022 and 2025, `8.0` on 2019) are the live ones, and none is built after the end of its support',
    otherwise: 'an extra of .NET stays on a line without updates',
    damage: 'late',
    how: '`npx winbake resolve --release 2019 --family dotnet-aspnet`, and the .NET support policy page',
  },
  {
    id: 'dotnet-package-builds',
    claim:
      'the .NET package builds: `jsii-pacmak` 1.140.0 asks for an older runtime than `Amazon.CDK.Lib` 2.276.0 (NU1605), so a test leaves that line out',
    otherwise: 'there is no package for .NET',
    damage: 'figures',
    how: 'a newer `jsii-pacmak`, with `--targets dotnet` and without `--code-only`',
  },
  {
    id: 'ecr-takes-two-rights-of-the-gate',
    claim:
      'ECR takes `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` for what the gate reads, and refuses a right that is missing with 403 `DENIED`',
    otherwise: 'own images in ECR are left out of every bake',
    damage: 'late',
    how: 'the findings of `winbake explain 2022-core` with `CachedImage.fromEcr`; take one right away, and read the finding',
  },
];
