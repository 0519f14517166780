export { BakeComponent } from './bake/bake-component';
export type { BakeComponentOptions } from './bake/bake-component';
export { BakeVolumeType } from './bake/bake-volume';
export type { BakeVolume } from './bake/bake-volume';
export { BaseAmi } from './bake/base-ami';
export { BaseAmiPolicy } from './bake/base-ami-policy';
export type { Distribution, DistributionRegion } from './bake/distribution';
export type { FastLaunch } from './bake/fast-launch';
export type { GatePolicy } from './bake/gate-policy';
export { HostWithoutImagePolicy } from './bake/host-without-image-policy';
export type { IWindowsAmiPipeline } from './bake/i-windows-ami-pipeline';
export { LatePolicy } from './bake/late-policy';
export { DayOfWeek } from './bake/no-bake-window';
export type { NoBakeWindow } from './bake/no-bake-window';
export { OutOfBandPolicy } from './bake/out-of-band-policy';
export { PromotionMode } from './bake/promotion';
export type { Promotion } from './bake/promotion';
export { RebakeSchedule } from './bake/rebake-schedule';
export type { ScheduledRebake } from './bake/rebake-schedule';
export type { Retention } from './bake/retention';
export { UpdateLevel } from './bake/update-policy';
export type { UpdatePolicy } from './bake/update-policy';
export { VulnerabilitySeverity } from './bake/vulnerability-scan';
export type { VulnerabilityScan } from './bake/vulnerability-scan';
export { WindowsAmiAccount } from './bake/windows-ami-account';
export type { AccountPipeline, WindowsAmiAccountProps } from './bake/windows-ami-account-props';
export { WindowsAmiPipeline } from './bake/windows-ami-pipeline';
export type { WindowsAmiPipelineProps } from './bake/windows-ami-pipeline-props';
export { AmiChannel } from './ecs/ami-channel';
export { WindowsAmi } from './ecs/windows-ami';
export type { WindowsAmiChannelProps, WindowsAmiRevisionProps } from './ecs/windows-ami';
export { WindowsCapacityProvider } from './ecs/windows-capacity-provider';
export type {
  CapacityProviderStrategyOptions,
  WindowsCapacityProviderProps,
} from './ecs/windows-capacity-provider-props';
export { WindowsTaskDefinition } from './ecs/windows-task-definition';
export type { WindowsTaskDefinitionProps } from './ecs/windows-task-definition-props';
export { WindowsEdition, WindowsOs } from './windows-os';
