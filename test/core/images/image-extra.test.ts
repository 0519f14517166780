import { candidateTag } from '../../../lib/core/images/candidate-tag';
import {
  defaultPreviousRevisions,
  isExtra,
  parseImageExtras,
  previousRevisionOf,
} from '../../../lib/core/images/image-extra';
import { dockerNameOf, isOwnImage, ownRegistryOf } from '../../../lib/core/images/own-image';
import { parseRelease } from '../../../lib/contract/values/release';

const parse = (release: string, ...texts: readonly string[]) =>
  parseImageExtras(
    { extras: texts, previousRevisions: 0 },
    { release: parseRelease(release), families: ['servercore', 'aspnet'] },
  );

test.each([
  [
    '2022',
    'framework-sdk',
    'framework-sdk@extra',
    'dotnet/framework/sdk',
    '4.8.1-windowsservercore-ltsc2022',
  ],
  ['2025', 'servercore@2022', 'servercore@2022', 'windows/servercore', 'ltsc2022'],
  ['2025', 'iis@2022', 'iis@2022', 'windows/servercore/iis', 'windowsservercore-ltsc2022'],
  ['2022', 'tools=contoso/tools:ltsc2022', 'tools@extra', 'contoso/tools', 'ltsc2022'],
])('on %s %s is %s of %s', (release, text, name, repository, tag) => {
  const [extra] = parse(release, text);
  expect(extra?.family).toMatchObject({ name, repository, floatingTags: [tag] });
  expect(isExtra(name)).toBe(true);
});

test('the images of 2022 on 2025 are of their own build', () => {
  expect(parse('2025', 'servercore@2022')[0]?.family.release.build).toBe(20348);
});

test.each<[number, readonly string[]]>([
  [0, ['framework-sdk@extra']],
  [1, ['framework-sdk@extra', 'servercore@previous of servercore', 'aspnet@previous of aspnet']],
  [
    2,
    [
      'framework-sdk@extra',
      'servercore@previous of servercore',
      'aspnet@previous of aspnet',
      'servercore@previous2 of servercore@previous',
      'aspnet@previous2 of aspnet@previous',
    ],
  ],
])(
  '%i previous revisions are every family, the newest first, after the extras',
  (previousRevisions, names) => {
    const extras = parseImageExtras(
      { extras: ['framework-sdk'], previousRevisions },
      { release: parseRelease('2022'), families: ['servercore', 'aspnet'], lines: { aspnet: '4.8' } },
    );
    expect(
      extras.map(({ family, previousOf }) =>
        previousOf === undefined ? family.name : `${family.name} of ${previousOf}`,
      ),
    ).toEqual(names);
    expect(
      extras.filter(({ family }) => family.name.startsWith('aspnet')).map(({ family }) => family.line),
    ).toEqual(Array.from({ length: previousRevisions }, () => '4.8'));
  },
);

test.each([
  ['servercore', undefined],
  ['framework-sdk@extra', undefined],
  ['servercore@2022', undefined],
  ['framework-sdk@previous', { family: 'framework-sdk', revisionsBefore: 1 }],
  ['iis@previous2', { family: 'iis', revisionsBefore: 2 }],
])('%s is named after how many revisions before its family it is', (name, of) => {
  expect(previousRevisionOf(name)).toEqual(of);
});

test.each([
  ['2016', 0],
  ['2019', 1],
  ['2022', 1],
  ['2025', 1],
])('on %s so many previous revisions are cached unless asked: %i', (release, revisions) => {
  expect(defaultPreviousRevisions(parseRelease(release))).toBe(revisions);
});

test.each([
  [
    '2016',
    1,
    'Windows Server 2016 runs images of its own revision only, so no previous one is cached; got: 1.',
  ],
  ['2022', 3, 'As many as 2 previous revisions are cached, or 0; got: 3.'],
  ['2022', -1, 'got: -1.'],
  ['2022', 0.5, 'got: 0.5.'],
])('on %s %f previous revisions are refused', (release, previousRevisions, sentence) => {
  const context = { release: parseRelease(release), families: ['servercore'] };
  expect(() => parseImageExtras({ extras: [], previousRevisions }, context)).toThrow(sentence);
});

test.each([
  [
    'shop=111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:7',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com',
  ],
  ['shop=localhost:5000/shop/web:7', 'localhost:5000'],
  ['shop=docker.io/shop/web:7', 'docker.io'],
])('%s is an own image, by its host', (text, registry) => {
  const { family, previousOf } = parse('2022', text)[0]!;
  expect({ previousOf, own: ownRegistryOf(family.repository), tags: family.floatingTags }).toEqual({
    previousOf: undefined,
    own: { registry, path: 'shop/web' },
    tags: ['7'],
  });
  expect(family.name).toBe('shop@extra');
  expect(dockerNameOf({ ...family, tag: '7' })).toBe(`${registry}/shop/web:7`);
});

test.each(['windows/servercore', 'dotnet/framework/aspnet', 'tools', 'contoso/a.b'])(
  '%s is no own image',
  (repository) => {
    expect(isOwnImage({ repository })).toBe(false);
    expect(dockerNameOf({ repository, tag: 'x' })).toBe(`mcr.microsoft.com/${repository}:x`);
  },
);

test('a pattern of an own repository tells dated tags', () => {
  const { family } = parse('2022', 'tools=contoso/tools:ltsc2022,1.2.*-ltsc2022')[0]!;
  expect(candidateTag(family, '1.2.17-ltsc2022')).toEqual({
    kind: 'dated',
    tag: '1.2.17-ltsc2022',
    rank: 17,
  });
  expect(candidateTag(family, '1x2.17-ltsc2022')).toBeUndefined();
  expect(candidateTag(family, 'ltsc2022')?.kind).toBe('floating');
});

test.each([
  ['2022', ['servercore'], 'cached anyway'],
  [
    '2022',
    ['aspnet@previous'],
    `Previous revisions are no extra; got: 'aspnet@previous'. "previousRevisions", or --prev`,
  ],
  ['2016', ['previous'], "Previous revisions are no extra; got: 'previous'"],
  ['2022', ['servercore@2019'], 'Only Windows Server 2025 runs images of another release'],
  ['2025', ['servercore@2025'], 'Only Windows Server 2025 runs images of another release'],
  ['2025', ['servercore@2021'], "got: '2021'"],
  ['2022', ['windows'], "got: 'windows'"],
  ['2022', ['Framework'], "got: 'Framework'"],
  ['2022', ['framework-sdk', 'framework-sdk'], 'framework-sdk@extra is named twice'],
  ['2022', ['tools=contoso/tools'], "got: 'tools=contoso/tools'"],
  ['2022', ['tools=https://contoso/tools:x'], 'its registry is a host'],
  ['2022', ['tools=registry.contoso.com/tools'], 'An own image is written NAME=HOST/REPOSITORY:TAG'],
  ['2022', ['tools=registry.contoso.com/Tools:x'], 'its repository is in small letters'],
  ['2022', ['tools=registry.contoso.com/tools:*-x'], 'its tag is up to 128 letters'],
  ['2022', ['Tools=registry.contoso.com/tools:x'], 'An own image is written'],
  ['2022', ['iis=registry.contoso.com/tools:x'], 'is that of a family'],
  ['2022', ['a=b.io/x:1', 'a=b.io/y:1'], 'a@extra is named twice'],
  ['2022', ['tools=contoso/tools:*-x'], 'An own repository is written'],
  ['2022', ['tools=contoso/tools:a,*-x,*-y'], 'An own repository is written'],
  ['2022', ['tools=contoso/tools:a,**'], 'An own repository is written'],
  ['2022', ['iis=contoso/tools:a'], 'is that of a family'],
])('on %s %j is refused', (release, texts, sentence) => {
  expect(() => parse(release, ...texts)).toThrow(sentence);
});
