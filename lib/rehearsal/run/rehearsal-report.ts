import type { Finding } from '../../core/resolve/finding';
import type { ResolvedImage } from '../../core/resolve/resolve-images';

/** The state of the gate at one look. */
export interface ReportedDecision {
  readonly at: string;
  readonly decision: string;
  readonly findings: readonly Finding[];
}

/** An image on the AMI, as `resolve` describes images, with the digest that history recorded for it. */
export interface ReportedImage extends ResolvedImage {
  readonly recordedDigest?: string;
}

/** One part of the work and how it ended; seconds are of this computer. */
export interface ReportedStep {
  readonly name: string;
  readonly seconds: number;
  readonly status: 'done' | 'failed' | 'skipped' | 'notRun';
}

/** What a fleet did. */
export interface ReportedRollout {
  readonly status: 'finished' | 'waiting' | 'failed' | 'rolledBack' | 'none';
  readonly instances: readonly { readonly id: string; readonly before: string; readonly after: string }[];
}

/** Everything that a rehearsal tells; the JSON document of `winbake rehearse`. */
export interface RehearsalReport {
  readonly asOf: string;
  readonly decision: string;
  readonly decisions: readonly ReportedDecision[];
  /** The OS version that the bake was ordered for; null where none was. */
  readonly target: string | null;
  readonly host: { readonly osVersion: string } | null;
  readonly images: readonly ReportedImage[];
  readonly ami: { readonly id: string; readonly tags: Readonly<Record<string, string>> } | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly rollout: ReportedRollout;
  readonly steps: readonly ReportedStep[];
  readonly findings: readonly Finding[];
}
