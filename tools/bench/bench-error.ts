/** Why the benchmark cannot go on, in a sentence for people. */
export class BenchError extends Error {}
