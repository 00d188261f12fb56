import { parseSchedule } from '../core/schedule/form.ts';
import { onCallAt } from '../core/schedule/oncall.ts';
import type { Schedule } from '../core/schedule/schedule.ts';
import { shifts } from '../core/schedule/shifts.ts';

/**
 * Prints how long the schedule engine takes: a year of ten layers (budget: 20 ms), and one look-up on the first day and in year ten
 * (budget: the same). `node bench/schedule.ts`
 */
const START = Date.UTC(2026, 0, 5, 8);
const YEAR = 365 * 86_400_000;

function tenLayers(): Schedule {
  const rotations = [
    { unit: 'week' },
    { unit: 'day' },
    { unit: 'month' },
    { unit: 'hour', every: 12 },
    { seconds: 172_800 },
  ];
  const hours = [
    [],
    [{ kind: 'daily', from: '22:00', to: '06:00' }],
    [{ kind: 'weekly', day: 6, from: '00:00', durationSeconds: 172_800 }],
    [
      { kind: 'daily', from: '08:00', to: '12:00' },
      { kind: 'daily', from: '13:00', to: '17:00' },
    ],
    [1, 2, 3, 4, 5].map((day) => ({ kind: 'weekly', day, from: '09:00', to: '11:00' })),
  ];
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata'];
  const layers = Array.from({ length: 10 }, (_, index) => ({
    users: ['ada', 'grace', 'edsger', 'barbara'].map((user) => `${user}-${index}`),
    start: '2026-01-05T09:00',
    timeZone: zones[index % zones.length],
    rotation: rotations[index % rotations.length],
    restrictions: hours[index === 0 ? 0 : 1 + (index % 4)],
  }));
  const overrides = Array.from({ length: 26 }, (_, index) => {
    const from = START + index * 14 * 86_400_000;
    const [a, b] = [new Date(from).toISOString(), new Date(from + 30_000_000).toISOString()];
    return { kind: index % 2 ? 'add' : 'replace', user: 'stand-in', from: a, to: b };
  });
  const result = parseSchedule({ id: 'bench', timeZone: 'Europe/Berlin', layers, overrides });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
}

function measure(name: string, rounds: number, perRound: number, run: (round: number) => unknown): void {
  const first = performance.now();
  run(0);
  const cold = performance.now() - first;
  for (let round = 0; round < rounds / 4; round += 1) run(round);
  const times = Array.from({ length: rounds }, (_, round) => {
    const begin = performance.now();
    run(round);
    return (performance.now() - begin) / perRound;
  }).sort((a, b) => a - b);
  const at = (quantile: number) => ((times[Math.floor(quantile * (rounds - 1))] ?? 0) * 1_000).toFixed(2);
  console.log(
    `${name}: median ${at(0.5)} µs, p99 ${at(0.99)} µs, first ${((cold * 1_000) / perRound).toFixed(1)} µs (${rounds} rounds)`,
  );
}

const schedule = tenLayers();
console.log(`a year of ten layers makes ${shifts(schedule, START, START + YEAR).length} shifts`);
measure('a year of ten layers', 300, 1, () => shifts(schedule, START, START + YEAR));
measure('a year of ten layers, year ten', 300, 1, () => shifts(schedule, START + 9 * YEAR, START + 10 * YEAR));

const hourly: Schedule = {
  ...schedule,
  layers: schedule.layers.map((layer) => ({
    ...layer,
    rotation: { unit: 'milliseconds', every: 3_600_000, anchor: START },
  })),
};
measure('a year of ten layers, each handing off every hour', 50, 1, () => shifts(hourly, START, START + YEAR));

const LOOKUPS = 1_000;
for (const [name, from] of [
  ['day one', START],
  ['year ten', START + 9.5 * YEAR],
  ['year one hundred', START + 99.5 * YEAR],
] as const) {
  measure(`who is on call, ${name}`, 500, LOOKUPS, (round) => {
    let people = 0;
    for (let index = 0; index < LOOKUPS; index += 1)
      people += onCallAt(schedule, from + (round + index) * 61_001).length;
    return people;
  });
}
