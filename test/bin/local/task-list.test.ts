import { taskList } from '../../../bin/local/rehearse';

function listOf(): { readonly text: () => string; readonly progress: ReturnType<typeof taskList> } {
  let written = '';
  const err = (text: string): void => {
    written += text;
  };
  return { text: () => written, progress: taskList({ out: err, err }) };
}

test('a log has a line for each thing that happens', async () => {
  const { progress, text } = listOf();
  const result = await progress.phase('Bake', (announce) => {
    announce('an image');
    return Promise.resolve(7);
  });
  expect(result).toBe(7);
  expect(text()).toBe('❯ Bake\n› an image\n✔ Bake\n');
});

test('of a failure it has the title alone', async () => {
  const { progress, text } = listOf();
  const failing = progress.phase('Bake', () => Promise.reject(new Error('why')));
  await expect(failing).rejects.toThrow('why');
  expect(text()).toBe('❯ Bake\n✖ Bake\n');
});
