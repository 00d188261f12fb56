import { readFileSync } from 'node:fs';

/** Sums up what the stories played under faults, and says how to do it again. */
export default class FaultReporter {
  onRunComplete() {
    const { FAULTS, FAULT_SEED, FAULT_TALLY = '' } = process.env;
    const lines = readFileSync(FAULT_TALLY, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
    const tallies = lines.map((line) => JSON.parse(line));
    const sum = (field) => tallies.reduce((total, tally) => total + tally[field], 0);
    console.log(
      `${tallies.length} stories played ${sum('plays')} times with ${sum('hits')} faults (FAULTS=${FAULTS}, FAULT_SEED=${FAULT_SEED}): ${sum('failures')} broke a promise`,
    );
  }
}
