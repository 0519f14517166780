import type { DockerAnswer } from './fake-docker';
import { GOOD_DOCKER, IMAGE_SET } from './documents';
import { makeMachine, type SimulatedMachineOptions } from './simulated-machine';
import type { ScriptCase } from './run-cases';

const FAST = { RetrySeconds: 0.01, PollMilliseconds: 20, ReportSeconds: 1000 };

/** Save-Image on a machine where everything goes well but what is asked for; it does not wait long. */
export function saveImageStep(
  faults: readonly DockerAnswer[] = [],
  options: SimulatedMachineOptions = {},
  parameters: Record<string, unknown> = {},
): ScriptCase {
  const machine = makeMachine({
    docker: [...faults, ...GOOD_DOCKER],
    ...options,
    documents: { 'image-set.json': IMAGE_SET, ...options.documents },
  });
  return { script: 'steps/Save-Image.ps1', parameters: { ...FAST, ...parameters }, machine };
}

/** A pull that fails with these words. */
export function failedPull(stderr: string, times?: number): DockerAnswer {
  return { call: 'pull *', exitCode: 1, stderr, ...(times === undefined ? {} : { times }) };
}
