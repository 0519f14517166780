import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { gatePolicyOf } from '../../lib/contract/documents/gate-policy';
import { FAMILY_NAMES } from '../../lib/core/images/family';
import { CachedImage, ImageFamily, WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { environmentWith } from '../support/only-resource';

/** The extras that the gate of a pipeline with these images reads. */
function extrasOf(...extras: CachedImage[]): readonly string[] {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2025_CORE, extras });
  const variables = environmentWith(Template.fromStack(stack), 'WINBAKE_GATE_POLICY');
  return gatePolicyOf(variables).extras;
}

test('every family that core knows has a constant', () => {
  const families = Object.values(ImageFamily).filter((one) => one instanceof ImageFamily);
  expect(families.map(({ name }) => name).sort()).toEqual([...FAMILY_NAMES].sort());
});

test('the gate reads each kind of image as it was meant', () => {
  expect(
    extrasOf(
      CachedImage.ofFamily(ImageFamily.FRAMEWORK_SDK),
      CachedImage.ofServer2022(ImageFamily.NANOSERVER),
      CachedImage.fromRepository('tools', {
        repository: 'contoso/tools',
        floatingTags: ['ltsc2025', 'latest'],
        tagPattern: '*-ltsc2025',
      }),
    ),
  ).toEqual(['framework-sdk', 'nanoserver@2022', 'tools=contoso/tools:ltsc2025,latest,*-ltsc2025']);
});

test.each<[string[], string | undefined, string]>([
  [[], undefined, `"floatingTags" of tools must be one tag or more, without * and commas; got: [].`],
  [['*-ltsc2022'], undefined, `got: '*-ltsc2022'. A tag with a number in it is "tagPattern".`],
  [['ltsc2022,latest'], undefined, `got: 'ltsc2022,latest'.`],
  [
    ['ltsc2022'],
    'latest',
    `"tagPattern" of tools must be one tag with one *; got: 'latest'. It is such as '*-ltsc2022'.`,
  ],
  [['ltsc2022'], '*-*', `got: '*-*'.`],
])('tags %j with the pattern %s are refused', (floatingTags, tagPattern, message) => {
  const repository = 'contoso/tools';
  expect(() =>
    CachedImage.fromRepository('tools', {
      repository,
      floatingTags,
      ...(tagPattern === undefined ? {} : { tagPattern }),
    }),
  ).toThrow(message);
});

test('a repository that is none ends synthesis', () => {
  const floatingTags = ['ltsc2022'];
  expect(() => extrasOf(CachedImage.fromRepository('Tools', { repository: 'x', floatingTags }))).toThrow(
    `"extras" must fit SERVER_2025_CORE; got: 'Tools=x:ltsc2022'. An own repository is written`,
  );
});
