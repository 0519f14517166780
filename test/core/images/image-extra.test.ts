import { candidateTag } from '../../../lib/core/images/candidate-tag';
import { isExtra, parseImageExtras } from '../../../lib/core/images/image-extra';
import { parseRelease } from '../../../lib/contract/values/release';

const parse = (release: string, ...texts: readonly string[]) =>
  parseImageExtras(texts, { release: parseRelease(release), families: ['servercore', 'aspnet'] });

test.each([
  [
    '2022',
    'framework-sdk',
    'framework-sdk@extra',
    'dotnet/framework/sdk',
    '4.8.1-windowsservercore-ltsc2022',
  ],
  [
    '2022',
    'aspnet@previous',
    'aspnet@previous',
    'dotnet/framework/aspnet',
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

test('previous is every family', () => {
  expect(parse('2022', 'previous').map(({ family, previousOf }) => [family.name, previousOf])).toEqual([
    ['servercore@previous', 'servercore'],
    ['aspnet@previous', 'aspnet'],
  ]);
});

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
  ['2022', ['iis@previous'], "one of a cached family, servercore, aspnet; got: 'iis@previous'"],
  ['2016', ['servercore@previous'], 'runs images of its own revision only'],
  ['2022', ['servercore@2019'], 'Only Windows Server 2025 runs images of another release'],
  ['2025', ['servercore@2025'], 'Only Windows Server 2025 runs images of another release'],
  ['2025', ['servercore@2021'], "got: '2021'"],
  ['2022', ['windows'], "got: 'windows'"],
  ['2022', ['Framework'], "got: 'Framework'"],
  ['2022', ['framework-sdk', 'framework-sdk'], 'framework-sdk@extra is named twice'],
  ['2022', ['tools=contoso/tools'], "got: 'tools=contoso/tools'"],
  ['2022', ['tools=https://contoso/tools:x'], 'An own repository is written'],
  ['2022', ['tools=registry.contoso.com/tools:x'], 'Copy the image from registry.contoso.com into'],
  ['2022', ['tools=localhost/tools:x'], 'is named without a host'],
  ['2022', ['tools=127.0.0.1:5000/a/tools:x'], 'Copy the image from 127.0.0.1:5000 into'],
  ['2022', ['tools=1234.dkr.ecr.eu-west-1.amazonaws.com/tools:x'], 'is named without a host'],
  ['2022', ['tools=contoso/tools:*-x'], 'An own repository is written'],
  ['2022', ['tools=contoso/tools:a,*-x,*-y'], 'An own repository is written'],
  ['2022', ['tools=contoso/tools:a,**'], 'An own repository is written'],
  ['2022', ['iis=contoso/tools:a'], 'is that of a family'],
])('on %s %j is refused', (release, texts, sentence) => {
  expect(() => parse(release, ...texts)).toThrow(sentence);
});
