/** A launch that waits until the instance says that it is ready. */
interface LaunchHook {
  /** The name of the Auto Scaling group: a text, since the group refers to the launch template that holds it. */
  readonly groupName: string;
  readonly hookName: string;
}

/** How a host joins its cluster. Names may be tokens. */
export interface ContainerHostStart {
  readonly clusterName: string;
  /** Whether tasks may have roles. Left out, they may. */
  readonly taskRoles?: boolean;
  /** Whether tasks may have network interfaces (`awsvpc`). Left out, they may. */
  readonly taskInterfaces?: boolean;
  /** Whether tasks with interfaces of their own are kept from the instance's metadata. Left out, they are. */
  readonly blockMetadata?: boolean;
  /** Left out, `json-file` and `awslogs`. */
  readonly loggingDrivers?: readonly string[];
  /** Whether the agent drains an instance that Spot takes back. Left out, it does not. */
  readonly drainSpot?: boolean;
  /** Networks that tasks with interfaces of their own reach through the host; left out, none. */
  readonly localRoutes?: readonly string[];
  /** Variables of the agent; left out, none but the script's own. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Attributes for placement constraints, beside those of Winbake. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Left out, no launch waits. */
  readonly lifecycleHook?: LaunchHook;
  /** Whether instances may go through a warm pool. Left out, they do not. */
  readonly warmPool?: boolean;
  /** How long the agent may take to register. Left out, 15 minutes. The hook's heartbeat has to be longer. */
  readonly agentSeconds?: number;
}

/**
 * The script that starts a container host, as a block with its parameters, so that it neither sees nor changes what stands around it
 * in user data.
 */
export function startContainerHost(script: string, props: ContainerHostStart): string {
  const { clusterName, agentSeconds, attributes = {}, lifecycleHook: hook } = props;
  const { loggingDrivers = ['json-file', 'awslogs'], localRoutes = [], variables = {} } = props;
  const hasInterfaces = props.taskInterfaces !== false;
  const parameters = [
    `-Cluster ${quoted(clusterName)}`,
    props.taskRoles === false ? '' : '-EnableTaskIamRole',
    hasInterfaces ? '-EnableTaskEni' : '',
    hasInterfaces && props.blockMetadata !== false ? '-BlockMetadata' : '',
    hasInterfaces && localRoutes.length > 0 ? `-LocalRoute ${quoted(JSON.stringify(localRoutes))}` : '',
    props.drainSpot === true ? '-DrainSpot' : '',
    `-LoggingDriver ${quoted(JSON.stringify(loggingDrivers))}`,
    Object.keys(attributes).length === 0 ? '' : `-Attribute ${hashtable(attributes)}`,
    Object.keys(variables).length === 0 ? '' : `-Variable ${hashtable(variables)}`,
    hook === undefined ? '' : `-GroupName ${quoted(hook.groupName)} -HookName ${quoted(hook.hookName)}`,
    props.warmPool === true ? '-WarmPool' : '',
    agentSeconds === undefined ? '' : `-AgentSeconds ${agentSeconds}`,
  ];
  // Comments and indents are for readers of the script; here their room is the user's, as that of what is not called.
  const lines = (props.warmPool === true ? script : script.replace(/^#region [^]*?^#endregion$/m, ''))
    .split('\n')
    .map((line) => line.trim());
  const text = lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n');
  return `& {\n${text}\n} ${parameters.filter((one) => one !== '').join(' ')}`;
}

function hashtable(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).map(([name, value]) => `${quoted(name)} = ${quoted(value)}`);
  return `@{ ${entries.join('; ')} }`;
}

/** A text as PowerShell takes it literally; a token comes through as it is, since it holds no quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
