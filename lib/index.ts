export { LatePolicy } from './bake/late-policy';
export { WindowsAmiPipeline } from './bake/windows-ami-pipeline';
export type { WindowsAmiPipelineProps } from './bake/windows-ami-pipeline-props';
export { AmiChannel } from './ecs/ami-channel';
export { WindowsAmi } from './ecs/windows-ami';
export type { WindowsAmiChannelProps } from './ecs/windows-ami';
export { WindowsCapacityProvider } from './ecs/windows-capacity-provider';
export type {
  CapacityProviderStrategyOptions,
  WindowsCapacityProviderProps,
} from './ecs/windows-capacity-provider-props';
export { WindowsEdition, WindowsOs } from './windows-os';
