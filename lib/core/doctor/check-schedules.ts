import { fine, wrong, type Check } from './check-result';

/** Whether what the clock starts is there and enabled. A pipeline without looks of its own has care's schedule alone. */
export const checkSchedules: Check = async ({ sight }, { operateFunctionArn }) => {
  const names = operateFunctionArn.replace(/^.*:/, '').replace(/operate$/, '');
  const own = ['care', 'look', 'patch-tuesday'].map((kind) => `${names}${kind}`);
  // Another pipeline's name may begin with this one's.
  const schedules = (await sight.schedulesOf(names)).filter(({ name }) => own.includes(name));
  const care = schedules.find(({ name }) => name === own[0]);
  const results = schedules.map(({ isEnabled, name }) =>
    isEnabled
      ? fine(`schedule ${name}`, 'enabled')
      : wrong(`schedule ${name}`, 'disabled', `Enable it: aws scheduler, or deploy the stack again.`),
  );
  return care === undefined
    ? [...results, wrong(`schedule ${own[0] ?? ''}`, 'it does not exist', 'Deploy the stack again.')]
    : results;
};
