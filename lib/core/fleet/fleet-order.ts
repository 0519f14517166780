/** What a person says to a fleet, in whose name and why; `until` where it is to end at another time than by itself. */
export type FleetOrder = FleetWish & { readonly by: string; readonly reason: string };

/** The part of an order that differs by verb. */
export type FleetWish =
  | { readonly verb: 'hold'; readonly until?: Date }
  | { readonly verb: 'unhold' }
  /** Null lifts the floor. */
  | { readonly verb: 'floor'; readonly osVersion: string | null; readonly until?: Date }
  | { readonly verb: 'accept'; readonly publication: string; readonly until?: Date };

/** One of the verbs that change what a fleet does. */
export type FleetVerb = FleetWish['verb'];
