import {
  parseMonth,
  parseBytes,
  parseDuration,
  parseInstant,
  parsePort,
} from '../../bin/shared/option-values';
import { fleetsPage } from '../../bin/fleet/fleets-html';
import { parseBuildArgument } from '../../bin/shared/dockerfile';
import { pinDockerfile } from '../../bin/shared/pin-dockerfile';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetStatusesSchema } from '../../lib/contract/documents/fleet-statuses';
import { parseOsVersion, readOsVersion } from '../../lib/contract/values/os-version';
import { excerpt, printable } from '../../lib/contract/values/printable';
import { parseRelease } from '../../lib/contract/values/release';
import { parseHistoryEvent } from '../../lib/core/history/history-event';
import { parseImageExtras } from '../../lib/core/images/image-extra';
import {
  formatImageReference,
  parseDockerImageName,
  parseImageReference,
} from '../../lib/core/oci/image-reference';
import { parseImageConfig, parseImageIndex, parseImageManifest } from '../../lib/core/oci/manifests';
import { parseChallenges } from '../../lib/registry/registry-access';
import { parseRegistryUrl } from '../../lib/registry/registry-url';
import { nextLink } from '../../lib/registry/accept-response';
import { DOCUMENT_SCHEMAS } from './document-schemas';

/** One reader of what others wrote. */
export interface FuzzTarget {
  readonly name: string;
  /** What it is meant to read. */
  readonly samples: readonly string[];
  /**
   * Reads a text; may throw a `WinbakeError`, and nothing else. What it gives is what is wrong where the text was read, and not
   * as it should be.
   */
  readonly read: (text: string) => string | undefined | Promise<string | undefined>;
  /** How much of the inputs it gets, from 0 to 1; all unless said. */
  readonly share?: number;
  /** Longer than it may take for one input, on a busy machine; a second unless said. */
  readonly longestMilliseconds?: number;
  readonly close?: () => Promise<void>;
}

const DIGEST = `sha256:${'1f'.repeat(32)}`;
const DESCRIPTOR = `"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"${DIGEST}","size":1234`;
const INDEX = `{"schemaVersion":2,"manifests":[{${DESCRIPTOR},"platform":{"architecture":"amd64","os":"windows","os.version":"10.0.20348.4294"}},{${DESCRIPTOR}},{"artifactType":"application/x","digest":"sha512:${'0'.repeat(128)}","size":7}]}`;
const MANIFEST = `{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"${DIGEST}","size":638},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"${DIGEST}","size":1697}]}`;
const CONFIG =
  '{"architecture":"amd64","os":"windows","os.version":"10.0.20348.4294","rootfs":{"type":"layers"}}';
const EVENT = `{"from":"2025-10-14T17:48:00Z","repository":"windows/servercore","tag":"ltsc2022","osVersion":"10.0.20348.4294","digest":"${DIGEST}","mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","layers":[{"digest":"${DIGEST}","size":null}],"evidence":"observed","note":"x"}`;
const STATUSES =
  '{"schema":"winbake.fleet-statuses/1","account":"111122223333","region":"eu-central-1","at":"2025-10-15T22:00:00.000Z","fleets":[{"fleet":"<script>shop","ring":0,"hold":{"by":"ann","reason":"x","until":"2025-10-20T00:00:00Z"},"runs":{"publication":"20348.4294-1","amiId":"ami-00000000000004294","osVersion":"10.0.20348.4294"},"wanted":{"id":"20348.4294-1","osVersion":"10.0.20348.4294"},"hoursBehind":25.1,"hoursUnpatched":29,"patchWithinHours":24,"waiting":null,"isGroupThere":true,"instances":[{"id":"i-01","amiId":"ami-00000000000004171","publication":null,"osVersion":"10.0.20348.4171","lifecycle":"InService","hoursUnpatched":29}]}]}';
const DOCKERFILE = `# syntax=docker/dockerfile:1
# escape=\`
ARG TAG=ltsc2022
FROM mcr.microsoft.com/windows/servercore:\${TAG} AS base
FROM --platform=windows/amd64 "mcr.microsoft.com/windows/nanoserver:\${TAG:-ltsc2019}"
SHELL ["powershell", "-Command"]
RUN <<END
FROM nothing
END
COPY --from=base C:\\\\app .
`;

/** The documents that Winbake keeps; `fixtureOf` gives one of each, or several, by name. */
export function documentTargets(fixtureOf: (name: string) => string): readonly FuzzTarget[] {
  return Object.entries(DOCUMENT_SCHEMAS).map(([name, schema]) => {
    const fixture: unknown = JSON.parse(fixtureOf(name));
    return {
      name: `document ${name}`,
      samples: (Array.isArray(fixture) ? fixture : [fixture]).map((one) => JSON.stringify(one)),
      read: (text) => {
        const first = JSON.stringify(parseDocument<unknown>(schema, text, 'x.json'));
        return first === JSON.stringify(parseDocument<unknown>(schema, first, 'x.json'))
          ? undefined
          : 'what was read is read otherwise a second time';
      },
    };
  });
}

const reads =
  (read: (text: string) => unknown) =>
  (text: string): undefined => {
    read(text);
  };

const CONTEXT = { release: parseRelease('2025'), families: ['servercore', 'nanoserver'] };
const CACHED = [
  {
    family: 'servercore',
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    digest: DIGEST,
    osVersion: '10.0.20348.4294',
    platformDigest: DIGEST,
  },
] as unknown as Parameters<typeof pinDockerfile>[2];

/** What registries, people and files of others say. */
export const TARGETS: readonly FuzzTarget[] = [
  { name: 'index', samples: [INDEX], read: reads((text) => parseImageIndex(text, 'an index')) },
  { name: 'manifest', samples: [MANIFEST], read: reads((text) => parseImageManifest(text, 'a manifest')) },
  { name: 'config', samples: [CONFIG], read: reads((text) => parseImageConfig(text, 'a config')) },
  {
    name: 'fleets of another account',
    samples: [STATUSES],
    read: (text) => {
      const page = fleetsPage([parseDocument(fleetStatusesSchema, text, 'x.json')], []);
      return /<script|[^\P{C}\n]|="(?:NaN|-?Infinity)%/u.test(page)
        ? 'what was read is not text on the page'
        : undefined;
    },
  },
  {
    name: 'challenge',
    samples: [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/x:pull"',
      'Basic realm="a \\"b\\"", Negotiate abc==, Bearer',
    ],
    read: reads(parseChallenges),
  },
  {
    name: 'link',
    samples: ['</v2/x/tags/list?last=a&n=1000>; rel="next", <b>; title="x;y"; rel=prev'],
    read: reads(nextLink),
  },
  { name: 'history event', samples: [EVENT], read: reads((text) => parseHistoryEvent(text, 'line 1')) },
  {
    name: 'image name',
    samples: [
      'mcr.microsoft.com/windows/servercore:ltsc2022',
      `localhost:5000/a/b@${DIGEST}`,
      'a',
      '[::1]:5/x',
    ],
    read: (text) => {
      const name = formatImageReference(parseDockerImageName(text));
      return formatImageReference(parseDockerImageName(name)) === name
        ? undefined
        : `${name} names another image`;
    },
  },
  {
    name: 'image reference',
    samples: ['mcr.microsoft.com/windows/servercore:ltsc2022', `localhost:5000/a/b@${DIGEST}`],
    read: (text) =>
      formatImageReference(parseImageReference(text)) === text
        ? undefined
        : 'it is written otherwise than read',
  },
  {
    name: 'extra',
    samples: [
      'framework-sdk',
      'servercore@2022',
      'tools=contoso/tools:ltsc2022,*-ltsc2022',
      'shop=shop.azurecr.io/web:7',
    ],
    read: reads((text) => parseImageExtras({ extras: [text], previousRevisions: 1 }, CONTEXT)),
  },
  {
    name: 'registry URL',
    samples: ['https://mcr.microsoft.com', 'http://[::1]:5000'],
    read: reads(parseRegistryUrl),
  },
  {
    name: 'Dockerfile',
    samples: [DOCKERFILE, DOCKERFILE.replaceAll('\n', '\r\n'), 'FROM scratch'],
    read: (text) => {
      const pinned = pinDockerfile(text, 'Dockerfile', CACHED);
      return pinDockerfile(pinned.text, 'Dockerfile', CACHED).text === pinned.text
        ? undefined
        : 'a second pin changes it again';
    },
  },
  {
    name: 'build argument',
    samples: ['A=b', 'TAG=ltsc2022=x'],
    read: reads((text) => parseBuildArgument(text)),
  },
  {
    name: 'OS version',
    samples: ['10.0.20348.4294', '10.0.26100.1'],
    read: (text) => {
      const { build, revision } = parseOsVersion(text);
      return readOsVersion(`10.0.${build}.${revision}`)?.revision === revision
        ? undefined
        : 'it is another version';
    },
  },
  { name: 'release', samples: ['2022', '2025', '20348'], read: reads(parseRelease) },
  { name: 'duration', samples: ['36h', '90m', '2d'], read: reads(parseDuration) },
  {
    name: 'instant',
    samples: ['2025-10-14T17:48:00Z', '2025-10-16', '2025-10-14T17:48:00+02:00'],
    read: reads(parseInstant),
  },
  { name: 'month', samples: ['2026-07'], read: reads(parseMonth) },
  { name: 'bytes', samples: ['300MB', '1.5GiB', '17'], read: reads(parseBytes) },
  { name: 'port', samples: ['0', '65535'], read: reads(parsePort) },
  {
    name: 'excerpt',
    samples: [
      'a sentence of somebody else, which is a little longer than what is shown of it to people at once',
    ],
    read: (text) => {
      const shown = excerpt(text);
      return shown.length <= 80 && printable(shown) === shown
        ? undefined
        : 'it shows what a terminal would obey';
    },
  },
];
