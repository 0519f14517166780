export { BakeComponent } from './pipeline/props/bake-component';
export type { BakeComponentOptions } from './pipeline/props/bake-component';
export type { BakeVolume } from './pipeline/props/bake-volume';
export { BaseAmi } from './pipeline/props/base-ami';
export { BaseAmiPolicy } from './pipeline/props/gate-policy';
export { CachedImage } from './pipeline/props/cached-image';
export type {
  EcrImageOptions,
  OwnRepositoryOptions,
  RegistryImageOptions,
} from './pipeline/props/cached-image';
export type { Distribution, DistributionRegion } from './pipeline/props/distribution';
export type { FastLaunch } from './pipeline/props/distribution';
export type { GatePolicy } from './pipeline/props/gate-policy';
export { HostWithoutImagePolicy } from './pipeline/props/gate-policy';
export { ImageFamily } from './pipeline/props/image-family';
export type { FollowedLine } from './pipeline/props/image-family';
export type { IWindowsAmiPipeline, WindowsAmiPipelineAttributes } from './ami/i-windows-ami-pipeline';
export { LatePolicy } from './pipeline/props/gate-policy';
export { DayOfWeek } from './internal/weekly-window';
export type { WeeklyWindow } from './internal/weekly-window';
export { OutOfBandPolicy } from './pipeline/props/gate-policy';
export { PromotionMode } from './pipeline/props/promotion';
export type { Promotion } from './pipeline/props/promotion';
export { RebakeSchedule } from './pipeline/props/rebake-schedule';
export type { OwnScheduleOptions, PatchTuesdayOptions } from './pipeline/props/rebake-schedule';
export type { Retention } from './pipeline/props/retention';
export { UpdateLevel } from './pipeline/props/update-policy';
export type { UpdatePolicy } from './pipeline/props/update-policy';
export { VulnerabilitySeverity } from './pipeline/props/update-policy';
export type { VulnerabilityScan } from './pipeline/props/update-policy';
export { WindowsAmiAccount } from './pipeline/windows-ami-account';
export type { AccountPipeline, WindowsAmiAccountProps } from './pipeline/props/windows-ami-account-props';
export { WindowsAmiPipeline } from './pipeline/windows-ami-pipeline';
export type { WindowsAmiPipelineProps } from './pipeline/props/windows-ami-pipeline-props';
export { AmiChannel } from './ami/windows-ami';
export type { FleetVolume } from './fleet/host-options';
export type { FleetWarmPool } from './fleet/warm-pool';
export type { InstanceMetadata } from './fleet/host-options';
export type { ManagedScaling } from './fleet/capacity-options';
export type { RolloutOptions } from './fleet/rollout-options';
export type { SpotShare } from './fleet/capacity-options';
export { WindowsAmi } from './ami/windows-ami';
export type {
  WindowsAmiChannelProps,
  WindowsAmiFromPipelineOptions,
  WindowsAmiRevisionProps,
} from './ami/windows-ami';
export { WindowsCapacityProvider } from './fleet/windows-capacity-provider';
export type {
  CapacityProviderStrategyOptions,
  WindowsCapacityProviderProps,
} from './fleet/windows-capacity-provider-props';
export { WindowsTaskDefinition } from './fleet/windows-task-definition';
export type { FsxWindowsFileServerVolume, WindowsTaskDefinitionProps } from './fleet/windows-task-definition';
export { WindowsEdition, WindowsOs } from './ami/windows-os';
export { WinbakeDashboard } from './dashboard/winbake-dashboard';
export type { WinbakeDashboardProps } from './dashboard/winbake-dashboard';
