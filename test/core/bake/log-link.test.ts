import { logLink } from '../../../lib/core/bake/bake-end';

test("a build's log is one link away", () => {
  expect(logLink('arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1')).toBe(
    'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/' +
      '$252Faws$252Fimagebuilder$252Fwinbake-2022-core/log-events/1.0.3$252F1',
  );
});

test.each([
  'arn:aws:imagebuilder:eu-central-1:123456789012:image-recipe/winbake/1.0.3',
  'arn:aws-x:imagebuilder:x:1:image/a/1.0.0/1',
  '',
])('%p has no log', (arn) => {
  expect(logLink(arn)).toBeUndefined();
});
