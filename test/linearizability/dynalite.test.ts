import { startDynalite } from './databases.ts';
import { linearizability } from './suite.ts';

/** The slice of the default run; `HISTORIES=1000 npm run jest -- test/linearizability/dynalite` looks further. */
linearizability('dynalite', startDynalite, { histories: 6, seed: 20_261_121 });
