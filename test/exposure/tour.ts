import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Grant, type Rig, startRig } from './rig.ts';
import { type Exposed, expose } from './secrets.ts';
import { story } from './story.ts';

/** What `tour.test.ts` is told by this process, which writes what the functions log to its standard output. */
export interface Told extends Exposed {
  readonly allowed: readonly Grant[];
  readonly used: readonly Grant[];
  readonly denied: readonly string[];
  /** Why the tour did not come to its end. */
  readonly brokenOff?: string;
  /** Texts by the place where they came out. */
  readonly places: Readonly<Record<string, string>>;
}

const TABLES = [
  'Incident',
  'Service',
  'OncallCalendar',
  'Config',
  'Timeline',
  'Dedup',
  'Payload',
  'Integration',
  'Heartbeat',
];

/**
 * The Internet, of which there is none here: its error names the address, as those of a proxy do. Only the canary's events arrive at the
 * stack's own public address; they are not carried on, for there is one function at a time.
 */
const reallyFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  if (String(input).startsWith('http://127.0.0.1')) return reallyFetch(input, init);
  if (String(input) === 'https://inresponse.example.org/v2/enqueue') return new Response(null, { status: 202 });
  throw new TypeError(`fetch failed: ${String(input)}`);
};

const [assemblyDir = ''] = process.argv.slice(2);
const rig = await startRig(assemblyDir);
let brokenOff: string | undefined;
let used = rig.used;
let exposed: Exposed = { secrets: [], refusals: [] };
try {
  await story(rig);
  used = rig.used;
  exposed = await expose(rig);
} catch (error) {
  brokenOff = String(error);
}
const { allowed, denied } = rig;
const told: Told = {
  ...exposed,
  allowed,
  used,
  denied,
  places: await placesOf(rig, exposed),
  ...(brokenOff ? { brokenOff } : {}),
};
await rig.stop();
process.send?.(told, () => process.exit(0));

async function placesOf(
  { lines, started, mails, dynamo }: Rig,
  { refusals }: Exposed,
): Promise<Record<string, string>> {
  const tables = await Promise.all(
    TABLES.map(async (table) => [`table ${table}`, JSON.stringify(await everything(dynamo, table))] as const),
  );
  return {
    ...Object.fromEntries(tables),
    'log of the gateway, errors thrown, results of steps': lines.join('\n'),
    'inputs of executions': started.join('\n'),
    refusals: refusals.join('\n'),
    mails: JSON.stringify(mails),
  };
}

/** A payload is stored zipped; here each is one part. */
function unpacked(item: unknown): unknown {
  const packed = z.object({ data: z.object({ B: z.base64() }) }).safeParse(item).data?.data.B;
  return packed === undefined ? item : [item, gunzipSync(Buffer.from(packed, 'base64')).toString()];
}

async function everything(dynamo: Rig['dynamo'], table: string): Promise<unknown[]> {
  const items: unknown[] = [];
  let from: unknown;
  do {
    const page = await dynamo('Scan', table, from ? { ExclusiveStartKey: from } : {});
    items.push(...((page.Items as unknown[] | undefined) ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items.map(unpacked);
}
