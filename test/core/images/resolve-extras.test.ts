import { familyOf } from '../../../lib/core/images/family';
import { parseImageExtras } from '../../../lib/core/images/image-extra';
import { rememberingRegistry } from '../../../lib/core/images/read-images';
import { resolveImages } from '../../../lib/core/images/resolve-images';
import { parseRelease } from '../../../lib/contract/values/release';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import type { RegistryShape, TagShape } from '../../../sim/registry/memory-registry';

const tag = (version: string): TagShape => ({
  flavour: 'docker',
  list: true,
  images: [{ osVersion: version, versionInEntry: true }],
});

const shape: RegistryShape = {
  'windows/servercore': {
    ltsc2025: tag('10.0.26100.6899'),
    '10.0.26100.6899': tag('10.0.26100.6899'),
    '10.0.26100.4652': tag('10.0.26100.4652'),
    '10.0.26100.6584': tag('10.0.26100.6584'),
    ltsc2022: tag('10.0.20348.4294'),
  },
  'contoso/tools': {
    new: tag('10.0.26100.9000'),
    'v.1': tag('10.0.26100.6584'),
    'v.2': tag('10.0.26100.6584'),
  },
};

function resolve(extras: readonly string[], host?: number, previousRevisions = 0) {
  const release = parseRelease('2025');
  const families = [familyOf('servercore', release)];
  return resolveImages(
    rememberingRegistry(memoryRegistry(shape)),
    release,
    families,
    host,
    parseImageExtras({ extras, previousRevisions }, { release, families: ['servercore'] }),
  );
}

test('extras follow the families: the other release, an own repository under R1, the previous revisions', async () => {
  const { complete, findings, images } = await resolve(
    ['servercore@2022', 'tools=contoso/tools:new,v.*'],
    undefined,
    2,
  );
  expect(images.map(({ family, tag: name, osVersion, mode }) => [family, name, osVersion, mode])).toEqual([
    ['servercore', 'ltsc2025', '10.0.26100.6899', 'exact'],
    ['servercore@2022', 'ltsc2022', '10.0.20348.4294', 'nearestLower'],
    ['tools@extra', 'v.2', '10.0.26100.6584', 'nearestLower'],
    ['servercore@previous', '10.0.26100.6584', '10.0.26100.6584', 'nearestLower'],
    ['servercore@previous2', '10.0.26100.4652', '10.0.26100.4652', 'nearestLower'],
  ]);
  expect({ complete, findings }).toEqual({ complete: true, findings: [] });
});

test('an extra that is missing is said and withholds nothing', async () => {
  const { complete, findings, images } = await resolve([
    'framework-sdk',
    'tools=contoso/tools:new',
    'iis@2022',
  ]);
  expect(images.map(({ family }) => family)).toEqual(['servercore']);
  expect(complete).toBe(true);
  expect(findings.map(({ code, severity, family }) => [code, severity, family])).toEqual([
    ['NOT_FOUND', 'warning', 'framework-sdk@extra'],
    ['HOST_WITHOUT_IMAGE', 'info', 'framework-sdk@extra'],
    ['HOST_WITHOUT_IMAGE', 'info', 'tools@extra'],
    ['NOT_FOUND', 'warning', 'iis@2022'],
    ['HOST_WITHOUT_IMAGE', 'info', 'iis@2022'],
  ]);
});

test.each([
  ['tools=contoso/tolls:new', 'The registry has no repository contoso/tolls.'],
  ['tools=contoso/tools:nwe,next', "The registry's repository contoso/tools has no tag nwe or next."],
])('a name that is mistyped is reported: %s', async (extra, message) => {
  const { findings } = await resolve([extra]);
  expect(findings).toContainEqual({ code: 'NOT_FOUND', severity: 'warning', family: 'tools@extra', message });
});

test('a previous revision that is not there is said of its own, and not where its family has no image', async () => {
  const { complete, findings } = await resolve([], 4652, 2);
  expect({ complete, findings }).toEqual({
    complete: true,
    findings: [
      {
        code: 'HOST_WITHOUT_IMAGE',
        severity: 'info',
        family: 'servercore@previous',
        message: 'The registry has no image of servercore@previous up to 10.0.26100.4651; it is left out.',
      },
    ],
  });
  const none = await resolve([], 4000, 2);
  expect(none.findings.map(({ family, severity }) => [family, severity])).toEqual([['servercore', 'stop']]);
});

test('without extras there are none', async () => {
  expect((await resolve([])).images).toHaveLength(1);
});
