import type { Catalog } from '../../lib/contract/documents/catalog';
import { DEFAULT_GATE_POLICY } from '../../lib/contract/values/gate-policy';
import { parseRelease } from '../../lib/contract/values/release';
import { emptyCatalog, withImageSet, withObservations } from '../../lib/core/catalog/catalog';
import { decide } from '../../lib/core/gate/decide';
import {
  type FamilyPoll,
  type GateDecision,
  type GateInput,
  noteOutage,
  type UnreadSince,
} from '../../lib/core/gate/gate-input';
import { observationsOf } from '../../lib/core/gate/observe';
import { familyOf } from '../../lib/core/images/family';
import { digestOf } from '../../sim/registry/memory-registry';

/** What a family shows: a revision, or a revision and which push of it, or nothing, or it cannot be read. */
export type Shown = number | 'unread' | readonly [revision: number, push: string] | undefined;

/** A gate over invented polls, with a memory of its own. */
export class GateState {
  catalog: Catalog;
  unreadSince: UnreadSince = {};
  readonly release;

  constructor(
    release = '2022',
    private readonly lines: Readonly<Record<string, string>> = {},
  ) {
    this.release = parseRelease(release);
    this.catalog = emptyCatalog(this.release);
  }

  /** Looks at families at an instant, remembers what they show, and decides. */
  poll(instant: string, shown: Readonly<Record<string, Shown>>, more: Partial<GateInput> = {}): GateDecision {
    const now = new Date(instant);
    const polls = Object.entries(shown).map(([name, one]) => this.pollOf(name, one));
    this.catalog = withObservations(this.catalog, observationsOf(polls, now));
    this.unreadSince = noteOutage(this.unreadSince, polls, now);
    const decision = decide({
      now,
      release: this.release,
      policy: DEFAULT_GATE_POLICY,
      polls,
      catalog: this.catalog,
      unreadSince: this.unreadSince,
      published: undefined,
      failed: undefined,
      recipeArn: 'recipe',
      scriptsSha256: 'scripts',
      baseAmiId: 'ami',
      ...more,
    });
    if (decision.set !== undefined) {
      this.catalog = withImageSet(this.catalog, decision.set);
    }
    return decision;
  }

  private pollOf(name: string, shown: Shown): FamilyPoll {
    const family = familyOf(name, this.release, this.lines[name]);
    if (shown === undefined || shown === 'unread') {
      const message = `${name} answers nothing.`;
      const finding = { code: 'REGISTRY_UNREACHABLE', severity: 'warning', family: name, message } as const;
      return { family, image: undefined, findings: shown === undefined ? [] : [finding] };
    }
    const [revision, push] = typeof shown === 'number' ? [shown, ''] : shown;
    const digest = digestOf(`${name} ${revision} ${push}`);
    const osVersion = { build: this.release.build, revision };
    const image = {
      tag: family.floatingTags[0]!,
      digest,
      platformDigest: digest,
      osVersion,
      compressedBytes: 1000,
    };
    return { family, image, findings: [] };
  }
}
