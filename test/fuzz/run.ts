import { type Documented, OPERATIONS } from './document.ts';

/** How many requests a run makes; 0 for the fixed slice of the default run. */
export const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 0);

/** The seed of a run. The default run has a fixed one, so that it is red for a reason. */
export const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

/** Requests of the default run for an operation of weight 1. */
const SLICE = 4;

/** Operations with a body or a query have more to get wrong. */
const weightOf = ({ body, parameters }: Documented) =>
  1 + (body ? 3 : 0) + parameters.filter((parameter) => parameter.in !== 'header').length / 2;

const ALL_WEIGHTS = OPERATIONS.reduce((sum, documented) => sum + weightOf(documented), 0);

/** How many requests of this run go to an operation. */
export function shareOf(documented: Documented): number {
  return Math.ceil(REQUESTS === 0 ? SLICE * weightOf(documented) : (REQUESTS * weightOf(documented)) / ALL_WEIGHTS);
}
