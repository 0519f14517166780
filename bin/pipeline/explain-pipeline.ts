import { SSMClient } from '@aws-sdk/client-ssm';
import { pipelineInspector } from '../../lib/aws/doctor/pipeline-inspector';
import { explaining } from '../../lib/aws/explain-failure';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import { findingKey, type Observation } from '../../lib/contract/documents/catalog';
import type { LastDecision } from '../../lib/contract/documents/memory';
import { type PipelineDescription, pipelinePath } from '../../lib/contract/documents/pipeline-description';
import { required } from '../../lib/contract/names/environment';
import type { Finding } from '../../lib/contract/values/finding';
import { osOf } from '../../lib/contract/values/release';
import { readCatalog } from '../../lib/core/catalog/catalog-store';
import { functionNameOf } from '../../lib/core/doctor/check-deployed';
import { explainFamilies, type ExplainedFamily } from '../../lib/core/gate/explain-families';
import type { Decision } from '../../lib/core/gate/gate-input';
import { readLastDecision } from '../../lib/core/gate/last-decision';
import { observeExtras, observeFamilies } from '../../lib/core/gate/observe';
import { orderUnderLease } from '../../lib/core/gate/order-bake';
import { familyNameIn, familyOf } from '../../lib/core/images/family';
import { parseImageExtras } from '../../lib/core/images/image-extra';
import { rememberingRegistry } from '../../lib/core/images/read-images';
import type { Registry } from '../../lib/core/oci/registry';
import { type DocumentStore, homeParameters, type ParameterStores } from '../../lib/core/ports/stores';
import { readChannel } from '../../lib/core/publish/move-channel';
import { requestOf } from '../../lib/handlers/decide';
import { operatePorts } from '../../lib/handlers/operate';
import { withOwnRegistries } from '../../lib/registry/registries';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { signIn } from '../shared/pipeline-access';
import { type PlaceOptions } from '../shared/pipeline-place';
import { openRegistries } from '../shared/registries';
import { familyTable, formatAge, formatFindings, formatTable } from '../shared/table';

/** What the gate would decide now, of what the registry shows to this computer. */
interface AskedNow {
  readonly at: string;
  readonly decision: Decision;
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** The findings by the names under which a person lets them pass. */
  readonly acceptable: readonly string[];
  readonly families: readonly ExplainedFamily[];
}

/** What the gate of a pipeline decided last, what it knows, and what it would decide now. */
interface PipelineExplanation {
  readonly pipeline: string;
  readonly os: string;
  /** Null before the first decision. */
  readonly last: (Omit<LastDecision, 'schema'> & { readonly ageHours: number }) | null;
  /** Null where it could not be asked from here. */
  readonly now: AskedNow | null;
  /** Why it could not be asked; null where it was. */
  readonly notAsked: string | null;
  /** The newest observation of each tag that the gate follows. */
  readonly observed: readonly Pick<Observation, 'at' | 'osVersion' | 'repository' | 'tag'>[];
  readonly newestSet: { readonly target: string; readonly at: string } | null;
  readonly latest: { readonly id: string; readonly osVersion: string; readonly at: string } | null;
}

/** What explaining a pipeline works with. */
export interface ExplainPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly now: () => Date;
  /** The environment of the function `decide`; throws where it may not be read. */
  readonly environment: () => Promise<NodeJS.ProcessEnv>;
  /** Works with the registry of an address, which is closed afterwards. */
  readonly withRegistry: <T>(url: string, work: (registry: Registry) => Promise<T>) => Promise<T>;
}

/** Reads what the gate of a pipeline decided last and would decide now, with the caller's credentials. */
export async function explainPipeline(place: PlaceOptions, name: string): Promise<PipelineExplanation> {
  const { caller, region } = await signIn(place);
  return explaining({ doing: `read the state of ${name}`, region }, async () => {
    const description = await readPipeline(new SSMClient({ region }), place.prefix, name, caller, region);
    const decide = functionNameOf(description, 'decide');
    const environment = async () => {
      const deployed = await pipelineInspector(region).functionOf(decide);
      if (deployed === undefined) {
        throw new Error(`there is no function ${decide}`);
      }
      return deployed.environment;
    };
    return explainFrom({ ...operatePorts(description), environment, withRegistry }, description);
  });
}

const DEADLINE_SECONDS = 30;

async function withRegistry<T>(url: string, work: (registry: Registry) => Promise<T>): Promise<T> {
  const client = createRegistryClient({ url, deadlineSeconds: DEADLINE_SECONDS });
  const own = openRegistries({ deadlineSeconds: DEADLINE_SECONDS });
  try {
    return await work(withOwnRegistries(client, own));
  } finally {
    await Promise.all([client.close(), own.close()]);
  }
}

/** Explains a pipeline from its documents and its registry; changes nothing. */
export async function explainFrom(
  ports: ExplainPorts,
  description: PipelineDescription,
): Promise<PipelineExplanation> {
  const { documents, now, stores } = ports;
  const home = await homeParameters(stores, description);
  const { observations, sets } = await readCatalog(documents, osOf(description.os).release);
  const last = await readLastDecision(documents);
  const latest = await readChannel(home, pipelinePath(description), 'latest');
  const [newest] = sets;
  return {
    pipeline: description.pipeline,
    os: description.os,
    last: last === undefined ? null : { ...withoutSchema(last), ageHours: hoursSince(last.at, now()) },
    ...(await askNow(ports, description)),
    observed: [
      ...Map.groupBy(observations, ({ repository, tag }) => `${repository}:${tag}`).values(),
    ].flatMap((ofTag) => {
      const one = ofTag.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
      return one === undefined
        ? []
        : { repository: one.repository, tag: one.tag, osVersion: one.osVersion, at: one.at };
    }),
    newestSet: newest === undefined ? null : { target: newest.target, at: newest.at },
    latest: latest === undefined ? null : { id: latest.id, osVersion: latest.osVersion, at: latest.at },
  };
}

function withoutSchema({ at, changesAt, decision, findings, reason }: LastDecision) {
  return { at, decision, reason, findings, changesAt };
}

function hoursSince(instant: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(instant)) / 3_600_000);
}

async function askNow(
  ports: ExplainPorts,
  description: PipelineDescription,
): Promise<Pick<PipelineExplanation, 'now' | 'notAsked'>> {
  try {
    const environment = await ports.environment();
    const url = required(environment, 'WINBAKE_REGISTRY');
    const now = await ports.withRegistry(url, (registry) =>
      pollOnce(ports, description, environment, rememberingRegistry(registry, { tags: true })),
    );
    return { now, notAsked: null };
  } catch (error) {
    return { now: null, notAsked: error instanceof Error ? error.message : String(error) };
  }
}

/** One poll by the gate's own code, over documents that keep nothing. */
async function pollOnce(
  ports: ExplainPorts,
  description: PipelineDescription,
  environment: NodeJS.ProcessEnv,
  registry: Registry,
): Promise<AskedNow> {
  const at = ports.now();
  const documents = keepingNothing(ports.documents);
  const parameters = await homeParameters(ports.stores, description);
  // Whoever holds the lease goes on: it is taken in what is kept nowhere.
  const executions = { isRunning: () => Promise.resolve(false), stop: () => Promise.resolve() };
  const request = requestOf(
    { executionArn: `${description.stateMachineArn}:explain`, input: { trigger: 'explain' } },
    environment,
  );
  const gate = { registry, documents, parameters, executions, now: () => at };
  const { decision, findings, reason } = await orderUnderLease(gate, request);
  const { policy, release } = request;
  const families = request.families.map((name) => familyOf(name, release, policy.lines[name], at));
  const extras = parseImageExtras(policy, { ...request, lines: policy.lines, at });
  const catalog = await readCatalog(documents, release);
  const polls = await observeFamilies(registry, families, catalog);
  const rows = explainFamilies(
    { now: at, catalog, policy, polls, release },
    await observeExtras(registry, extras, polls, catalog),
  );
  const acceptable = decision === 'needsOperator' ? acceptableIn(findings, rows) : [];
  return { at: at.toISOString(), decision, reason, findings, acceptable, families: rows };
}

/** The names of findings that keep families back; the sentences of others name theirs. */
function acceptableIn(findings: readonly Finding[], rows: readonly ExplainedFamily[]): readonly string[] {
  const newest = rows.find(({ isBehind, lateHours }) => !isBehind && lateHours !== null)?.counts;
  return findings.flatMap(({ code, family }) => {
    const row = rows.find((one) => one.family === family);
    const versions: Partial<Record<typeof code, string | null | undefined>> = {
      WENT_BACK: row?.shows,
      FROZEN: row?.counts,
      LATE: newest,
    };
    const version = versions[code];
    return family === undefined || version === undefined || version === null
      ? []
      : [findingKey({ code, family }, version)];
  });
}

/** Documents as they are; what is written is read again here and stored nowhere. */
function keepingNothing(documents: DocumentStore): DocumentStore {
  const written = new Map<string, { readonly text: string; readonly version: string }>();
  const read = async (key: string) => written.get(key) ?? (await documents.read(key));
  const overwrite = (key: string, text: string) => {
    written.set(key, { text, version: `unkept-${written.size}-${text.length}` });
    return Promise.resolve();
  };
  return {
    read,
    overwrite,
    write: async (key, text, version) => {
      const isSame = (await read(key))?.version === version;
      return isSame && overwrite(key, text).then(() => true);
    },
  };
}

/** The same for people: the decision first. */
export function explainPipelineText(explanation: PipelineExplanation, width?: number): string {
  const { last, latest, newestSet, now, pipeline } = explanation;
  return [
    headOf(explanation),
    now === null ? observedText(explanation, width) : nowText(pipeline, now, width),
    `\nNewest accepted set: ${newestSet === null ? 'none yet' : `${newestSet.target}, ${newestSet.at}`}.\n` +
      `Latest publication: ${latest === null ? 'none yet' : `${latest.id}, ${latest.osVersion}, ${latest.at}`}.\n`,
    last === null ? `Next: winbake pipeline rebake ${pipeline} --reason "the first decision"\n` : '',
  ].join('');
}

function headOf({ last, os, pipeline }: PipelineExplanation): string {
  return last === null
    ? `${pipeline} (${os}) has decided nothing yet.\n`
    : `${pipeline} (${os}) at ${last.at}, ${formatAge(last.ageHours)} ago: ${last.decision}\n${last.reason}\n` +
        formatFindings(last.findings);
}

function nowText(pipeline: string, now: AskedNow, width?: number): string {
  const { acceptable, decision, families, findings, reason } = now;
  const accept = acceptable.map(
    (name) => `Accept, if it is right: winbake pipeline accept ${pipeline} "${name}" --reason "..."\n`,
  );
  return (
    `\nThe registry now, as this computer sees it:\n${familyTable(families, width)}` +
    `\nOf that the gate would decide: ${decision}\n${reason}\n${formatFindings(findings)}${accept.join('')}`
  );
}

function observedText({ notAsked, observed }: PipelineExplanation, width?: number): string {
  const nameOf = ({ repository, tag }: Pick<Observation, 'repository' | 'tag'>) => {
    const isAlone = observed.filter((one) => one.repository === repository).length === 1;
    return (isAlone ? familyNameIn(repository) : undefined) ?? `${repository}:${tag}`;
  };
  const table = formatTable(
    [{ title: 'FAMILY' }, { title: 'SHOWED' }, { title: 'SINCE' }],
    observed.map((one) => [nameOf(one), one.osVersion ?? 'unknown', one.at]),
    width,
  );
  return `\nWhat the registry shows now is not known: ${notAsked ?? ''}.\n${observed.length === 0 ? '' : `It was seen last:\n${table}`}`;
}
