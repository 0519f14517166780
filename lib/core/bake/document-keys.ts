/** The key of the order that the next build instance downloads. */
export const CURRENT_ORDER_KEY = 'bakes/current.json';
