/** The key of the order that the next build instance downloads. */
export const CURRENT_ORDER_KEY = 'bakes/current.json';

/** The key of the lease, which one execution of the state machine holds at a time. */
export const LEASE_KEY = 'bakes/lease.json';
