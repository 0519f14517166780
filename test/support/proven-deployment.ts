import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { between, proofClients, type ProofClients } from '../../lib/aws/prove/proof-clients';
import { proveWith, type ProofRun } from '../../bin/pipeline/prove';
import { CLAIMS } from '../../lib/core/claims/claims';
import type { SettledClaim } from '../../lib/core/prove/prove';
import { outputViolations } from '../../sim/account/check-shape';
import type { ServiceId } from '../../sim/account/service-models';
import { readAssembly } from '../../sim/aws/cloudformation/assembly';
import { ScenarioWorld } from '../../sim/permissions/scenario-world';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { rollOut } from '../../sim/rehearsal/roll-out-fleets';
import { runRebake } from '../../sim/rehearsal/run-rebake';
import { synthesizeCheckedApp } from '../../tools/permissions/app';

/** What AWS answers in place of the simulated account, by service and operation. */
export type Answers = Readonly<
  Record<string, (input: Readonly<Record<string, unknown>>, simulated: () => Promise<object>) => unknown>
>;

/** What AWS answers, at whatever depth. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are changed on purpose, also to what they cannot be
export type AwsValue = any;

/** An answer of the simulated account with a change. */
export function changed(change: (output: AwsValue, input: Readonly<Record<string, unknown>>) => void) {
  return async (input: Readonly<Record<string, unknown>>, simulated: () => Promise<object>) => {
    const output = copyOf(await simulated());
    change(output, input);
    return output as object;
  };
}

/** A copy to its depth; dates are not changed, and stay those of this realm. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copyOf);
  }
  return typeof value === 'object' && value !== null && !(value instanceof Date)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)]))
    : value;
}

/** A denial, as every service words it. */
export function denied(): never {
  throw Object.assign(new Error('User is not authorized to perform this.'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
}

const START = new Date('2025-07-10T18:00:00Z');
export const PLACE = { account: '111111111111', region: 'eu-central-1' };

/** A pipeline with a fleet in a simulated account that has published, rolled and failed; `end` it. */
export async function provenDeployment() {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-proof-'));
  const history = readHistory(undefined);
  const registry = await startEmbeddedRegistry({ history, asOf: START, faults: [] });
  synthesizeCheckedApp(folder);
  const world = new ScenarioWorld({
    ...{ history, registry, release: '2022', start: START },
    assembly: readAssembly(folder),
  });
  const { account, context } = world;
  await world.deploy();
  await world.deployFleets();
  for (const fails of [undefined, 'tested', { code: 'NO_SPACE', message: 'The disk is full.' }] as const) {
    world.bakesFail = fails;
    if (fails !== undefined) {
      const by = { by: 'ann@example.com', reason: 'a test', dryRun: false };
      await world.call('operate', { verb: 'rebake', force: true, ...by });
    }
    await runRebake({ context, fleets: [] }, fails === undefined ? 'deploy' : 'by hand').catch(
      () => undefined,
    );
    if (fails === undefined) {
      await world.call('housekeeping', {});
      await rollOut(context, world.fleets);
    }
  }
  const run = (answers: Answers, claims = CLAIMS): Promise<ProofRun> =>
    account.as(
      account.administrator,
      () =>
        proveWith(
          () => context.clock.now(),
          (region) => answering(proofClients(region), answers),
        )({ pipeline: 'web', prefix: '/winbake', region: PLACE.region }, claims),
      PLACE,
    );
  return {
    world,
    run,
    /** What comes of one claim. */
    settle: async (id: string, answers: Answers): Promise<SettledClaim> => {
      const { proof } = await run(
        answers,
        CLAIMS.filter((claim) => claim.id === id),
      );
      return proof.claims[0]!;
    },
    end: async () => {
      world.end();
      await registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** That deployment. */
export type ProvenDeployment = Awaited<ReturnType<typeof provenDeployment>>;

/** Puts answers between clients and the simulated account, behind whatever else observes them. */
export function answering(clients: ProofClients, answers: Answers): ProofClients {
  for (const [name, client] of Object.entries(clients) as [keyof ProofClients, ProofClients['ec2']][]) {
    const send = client.send.bind(client) as (...given: readonly unknown[]) => unknown;
    let isPut = false;
    client.send = ((...given: readonly unknown[]) => {
      if (!isPut) {
        isPut = true;
        between(
          { [name]: client } as unknown as ProofClients,
          async (service, operation, input, simulated) => {
            const answer = answers[`${service}.${operation}`];
            if (answer === undefined) {
              return simulated();
            }
            const output = (await answer(input as Readonly<Record<string, unknown>>, simulated)) as object;
            const [violation] = outputViolations(service as ServiceId, operation, output);
            if (violation !== undefined && violation.path !== '$metadata') {
              throw new Error(`The test answers what ${service} cannot: ${JSON.stringify(violation)}`);
            }
            return output;
          },
        );
      }
      return send(...given);
    }) as typeof client.send;
  }
  return clients;
}
