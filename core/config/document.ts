import { CANARY_SERVICE } from '../canary.ts';
import { duplicates } from './duplicates.ts';
import { type ConfigFault, faultsOf, pathText, wording } from './faults.ts';
import { isRecord } from './fields.ts';
import { found, foundTexts } from './found.ts';
import { instantIn } from './maintenance-window.ts';
import { namesOf } from './names.ts';
import { danglingReferences } from './references.ts';
import { pastedDocument } from './schedule.ts';
import { type ConfigDocument, configDocument } from './shape.ts';

export { type ConfigDocument, configDocument, EMPTY_CONFIG } from './shape.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/**
 * Checks a configuration, as read from JSON or YAML. Every fault of it is named at once: shapes, unknown fields, names that lead
 * nowhere or are there twice, impossible times. A good document is answered as it was given, so reading it back gives what was put.
 */
export function parseConfig(value: unknown): ParsedConfig {
  const shape = configDocument.safeParse(value, { error: wording });
  const faults = [
    ...(shape.error?.issues ?? []).flatMap((issue) => faultsOf(issue, value)),
    ...duplicates(value),
    ...danglingReferences(value, namesOf(value)),
    ...backwardOverrides(value),
    ...keptServices(value),
  ];
  // No defaults, nothing trimmed: the input is the document.
  if (shape.success && faults.length === 0) return { ok: true, document: value as ConfigDocument };
  return { ok: false, faults: inOrder(faults) };
}

/** Overrides know their zone from their schedule alone. */
function backwardOverrides(document: unknown): ConfigFault[] {
  const zones = new Map(
    found(document, 'schedules.*').flatMap(({ value: schedule }) => {
      if (!isRecord(schedule)) return [];
      return [[schedule.id, schedule.timeZone ?? pastedDocument(schedule.pagerduty).time_zone] as const];
    }),
  );
  return found(document, 'overrides.*').flatMap(({ path, value: override }) => {
    if (!isRecord(override)) return [];
    const zone = zones.get(override.schedule);
    const [from, to] = [instantIn(override.from, zone), instantIn(override.to, zone)];
    if (from === undefined || to === undefined || from < to) return [];
    return [{ path: [...path, 'to'], message: 'must be after from' }];
  });
}

/** A service of the canary's id would be paged for by the canary, or have its row written over. */
function keptServices(document: unknown): ConfigFault[] {
  return foundTexts(document, 'services.*.id')
    .filter(({ text }) => text === CANARY_SERVICE)
    .map(({ path }) => ({
      path,
      message: `${CANARY_SERVICE} is kept for the canary of the deployment; take another id`,
    }));
}

/** By place in the document, and each once. */
function inOrder(faults: readonly ConfigFault[]): ConfigFault[] {
  const once = new Map(faults.map((fault) => [`${pathText(fault.path)} ${fault.message}`, fault]));
  const compare = (a: string | number = '', b: string | number = '') =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  return [...once.values()].sort(({ path: a }, { path: b }) => {
    for (let at = 0; at < Math.max(a.length, b.length); at++) {
      const order = compare(a[at], b[at]);
      if (order !== 0) return order;
    }
    return 0;
  });
}
