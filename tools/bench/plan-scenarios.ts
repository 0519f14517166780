import { defaultFamilies, familyOf } from '../../lib/core/images/family';
import type { OsVersion } from '../../lib/contract/values/os-version';
import type { Release } from '../../lib/contract/values/release';
import { publishedMonths } from './published-images';
import type { Scenario } from './scenario';
import type { SkopeoPolls, Versions } from './skopeo-polls';
import { versionsIn, type WinbakePolls } from './winbake-polls';

/** How many months the older host is behind. */
const MONTHS_BEHIND = 6;

/** The comparisons of one release's four families. */
export async function planScenarios(
  release: Release,
  winbake: WinbakePolls,
  skopeo: SkopeoPolls,
): Promise<readonly Scenario[]> {
  const families = defaultFamilies(release).map((name) => familyOf(name, release));
  const all = (osVersion = ''): Versions => Object.fromEntries(families.map(({ name }) => [name, osVersion]));
  const months = publishedMonths(release);
  const newest = all(months[0]?.osVersion);
  const known = await winbake.gate(families);
  return [
    {
      title: 'First poll, host at the newest revision',
      expected: newest,
      contenders: [
        { name: 'winbake resolve, the process', poll: () => winbake.commandLine() },
        { name: 'the same, without process start', poll: () => winbake.inProcess(families) },
        { name: 'skopeo --raw and --config of 4 known tags', poll: () => skopeo.rawAndConfig(families) },
        { name: 'skopeo, the 1 telling call per tag', poll: () => skopeo.oneCallEach(families) },
        { name: 'the same 4 calls at once', poll: () => skopeo.oneCallEachAtOnce(families) },
      ],
    },
    ...[0, 7].map((beyond): Scenario => {
      const revision = (months[MONTHS_BEHIND]?.revision ?? 0) + beyond;
      const host: OsVersion = { build: release.build, revision };
      return {
        title:
          beyond === 0
            ? `Older host, ${MONTHS_BEHIND} months behind, its revision has images`
            : `Older host, ${MONTHS_BEHIND} months behind, its revision never had images`,
        expected: all(months[MONTHS_BEHIND]?.osVersion),
        contenders: [
          { name: 'winbake resolve --host-version, the process', poll: () => winbake.commandLine(host) },
          { name: 'the same, without process start', poll: () => winbake.inProcess(families, host) },
          { name: 'skopeo, newest first until it fits', poll: () => skopeo.search(families, host) },
        ],
      };
    }),
    {
      title: 'Poll of the gate, in a running process',
      expected: newest,
      contenders: [
        {
          name: 'nothing known yet',
          poll: async () => versionsIn(await winbake.gate(families), families),
        },
        {
          name: 'catalog known, nothing changed',
          poll: async () => versionsIn(await winbake.gate(families, known), families),
        },
        {
          name: 'skopeo --raw of 4 known tags, for their digests',
          poll: async () => {
            await skopeo.raw(families);
            return newest;
          },
        },
      ],
    },
  ];
}
