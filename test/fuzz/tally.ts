/** Counts answers by operation and class of status, and shows them as a table. */
export function createTally() {
  const counts = new Map<string, Map<string, number>>();
  const classes = ['2xx', '4xx', '5xx'];
  const of = (operation: string, statuses: string) => counts.get(operation)?.get(statuses) ?? 0;
  return {
    count(operation: string, status: number): void {
      const statuses = `${Math.floor(status / 100)}xx`;
      const row = counts.get(operation) ?? new Map<string, number>();
      row.set(statuses, (row.get(statuses) ?? 0) + 1);
      counts.set(operation, row);
    },
    successes: (operation: string) => of(operation, '2xx'),
    table(): string {
      const rows = [...counts.keys()].map((operation) => [operation, ...classes.map((each) => of(operation, each))]);
      const sums = classes.map((each) => [...counts.keys()].reduce((sum, operation) => sum + of(operation, each), 0));
      const total = sums.reduce((a, b) => a + b, 0);
      const line = ([name, ...cells]: (string | number)[]) =>
        `${String(name).padEnd(24)}${cells.map((cell) => String(cell).padStart(8)).join('')}`;
      return [line(['operation', ...classes]), ...rows.map(line), line([`all ${total}`, ...sums])].join('\n');
    },
  };
}
