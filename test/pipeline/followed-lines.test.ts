import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import {
  CachedImage,
  ImageFamily,
  WindowsAmiPipeline,
  WindowsOs,
  type WindowsAmiPipelineProps,
} from '../../lib/index';

const WARNING = Match.stringLikeRegexp('follows the line');

function warningsOf(props: WindowsAmiPipelineProps): readonly string[] {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', props);
  return Annotations.fromStack(stack)
    .findWarning('/Platform/Pipeline', WARNING)
    .map(({ entry }) => entry.data as string);
}

function following(os: WindowsOs, family: ImageFamily, line: string): WindowsAmiPipelineProps {
  return { os, families: [ImageFamily.SERVERCORE, family], gate: { lines: [{ family, line }] } };
}

const RealDate = Date;
afterEach(() => {
  globalThis.Date = RealDate;
});

/** Jest's own clock takes Intl's zones away, which synthesis needs. */
function setDay(day: string): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: [string?]) => new target(given[0] ?? `${day}T12:00:00Z`),
  });
}

test.each<[string, WindowsAmiPipelineProps, string]>([
  [
    'one that ended',
    following(WindowsOs.SERVER_2022_CORE, ImageFamily.ASPNET, '4.8'),
    'aspnet follows the line 4.8, which is no longer built since 2025-10-14; the live line is 4.8.1.',
  ],
  [
    'one that never was',
    following(WindowsOs.SERVER_2019_CORE, ImageFamily.ASPNET, '4.6.2'),
    'aspnet follows the line 4.6.2, which is not known; the live line is 4.8.',
  ],
  [
    'one of an extra',
    {
      os: WindowsOs.SERVER_2022_CORE,
      extras: [CachedImage.ofFamily(ImageFamily.FRAMEWORK_SDK)],
      gate: { lines: [{ family: ImageFamily.FRAMEWORK_SDK, line: '3.5' }] },
    },
    'framework-sdk follows the line 3.5, which is no longer built since 2025-10-14',
  ],
])('synthesis warns of %s', (_what, props, expected) => {
  expect(warningsOf(props)).toEqual([expect.stringContaining(expected)]);
});

test('a line is warned of from its end on, and where it was not named too', () => {
  const core = { os: WindowsOs.SERVER_2019_CORE, families: [ImageFamily.DOTNET_ASPNET] };
  setDay('2026-11-10');
  expect(warningsOf(core)).toEqual([]);
  setDay('2026-11-11');
  expect(warningsOf(core)).toEqual([
    expect.stringContaining('the line 8.0, which is no longer built since 2026-11-11; no other is live.'),
  ]);
});

test.each<[string, WindowsAmiPipelineProps]>([
  ['the defaults', { os: WindowsOs.SERVER_2022_CORE }],
  ['a live line', following(WindowsOs.SERVER_2019_CORE, ImageFamily.ASPNET, '4.8')],
])('%s are not warned of', (_what, props) => {
  expect(warningsOf(props)).toEqual([]);
});
