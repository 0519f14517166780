import type { RegistryReply, RegistryRequest } from './http';

/** What a fault may use of the registry that it spoils. */
export interface FaultSite {
  /** The registry's own address, without a slash at the end. */
  readonly url: string;
  /** The loopback address that it listens on. */
  readonly host: string;
  /** What the registry would answer without faults. */
  readonly answer: (request: RegistryRequest) => RegistryReply;
}

/** A fault at work: each step may be left out. */
export interface FaultHooks {
  /** Changes what is asked, before anything else. */
  readonly rewrite?: (request: RegistryRequest) => RegistryRequest;
  /** Answers in the registry's place, or leaves a request to it. */
  readonly before?: (request: RegistryRequest) => RegistryReply | undefined;
  /** Spoils an answer. */
  readonly after?: (request: RegistryRequest, reply: RegistryReply) => RegistryReply;
  readonly close?: () => Promise<void>;
}

/** A way in which registries fail. */
export interface Fault {
  /** As it is written; what stands in angle brackets is given in its place, and handed to `arrange`. */
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly arrange: (site: FaultSite, value: string) => FaultHooks | Promise<FaultHooks>;
}
