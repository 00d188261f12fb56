/**
 * Generic JSON with a field mapping from the configuration. The mapping's own form is described in docs/ingest; JSON pointers follow
 * RFC 6901.
 */
import { EVENT_ACTIONS, type InboundEvent, readPriority, readSeverity } from '../../../core/event.ts';
import type { EpochMs } from '../../../core/time.ts';
import { makeEvent, readImages, readLinks } from '../make-event.ts';
import { instantOf, isObject, type JsonObject, jsonText, textOf } from '../shape.ts';
import { type Arrival, accepted, ignored, refused, type Translation } from '../translation.ts';
import { webhookAccepted, webhookIgnored, webhookRefused, webhookUnreadable } from '../webhook-replies.ts';
import { type Field, MAPPED_FIELDS, type MappedField, type Mapping, type Rule } from './mapping.ts';
import { valueAt } from './pointer.ts';

export type Mapped =
  | { readonly kind: 'events'; readonly events: readonly InboundEvent[] }
  | { readonly kind: 'errors'; readonly errors: readonly string[] };

/** Answers 202 with the number of events, or 400 with every missing field. An undefined body (none was sent) is unreadable. */
export function translateGeneric(body: unknown, mapping: Mapping, arrival: Arrival): Translation {
  if (body === undefined) return refused('unreadable', webhookUnreadable());
  const result = applyMapping(body, mapping, arrival);
  if (result.kind === 'errors') return refused('invalid', webhookRefused(result.errors));
  if (result.events.length > 0) return accepted(result.events, webhookAccepted(result.events.length));
  const why = 'nothing in it is an event';
  return ignored(why, webhookIgnored(why));
}

/** All events of a document, or all that is wrong with it: a document with one bad element is refused whole, and can be sent again. */
export function applyMapping(document: unknown, mapping: Mapping, arrival: Arrival): Mapped {
  if (mapping.forEach === undefined) return collect([mapOne(document, mapping, arrival)]);
  const elements = valueAt(document, mapping.forEach);
  if (!Array.isArray(elements)) return { kind: 'errors', errors: [`forEach: no list found at '${mapping.forEach}'`] };
  return collect(elements.map((element, i) => mapOne(element, mapping, arrival, `element ${i}: `)));
}

function collect(results: readonly Mapped[]): Mapped {
  const errors = results.flatMap((result) => (result.kind === 'errors' ? result.errors : []));
  if (errors.length > 0) return { kind: 'errors', errors: errors.slice(0, 100) };
  return { kind: 'events', events: results.flatMap((result) => (result.kind === 'events' ? result.events : [])) };
}

function mapOne(document: unknown, mapping: Mapping, { receivedAt, newKey }: Arrival, where = ''): Mapped {
  const found = new Map<MappedField, string>();
  for (const name of MAPPED_FIELDS) {
    const text = yieldOf(document, mapping[name]);
    if (text !== undefined) found.set(name, text);
  }
  const word = found.get('action') ?? 'trigger';
  if (word.toLowerCase() === 'ignore') return { kind: 'events', events: [] };
  const action = EVENT_ACTIONS.find((known) => known === word.toLowerCase());
  const keyNeeded = action === 'acknowledge' || action === 'resolve' || action === 'heartbeat';
  const errors = [
    ...(action === undefined ? [`action: '${word.slice(0, 100)}' is none of ${EVENT_ACTIONS.join(', ')}, ignore`] : []),
    ...mapping.required.filter((name) => !found.has(name)).map((name) => `${name}: ${nothingAt(mapping[name])}`),
    ...(keyNeeded && !found.has('dedupKey') && !mapping.required.includes('dedupKey')
      ? [`dedupKey: needed to ${action}; ${nothingAt(mapping.dedupKey)}`]
      : []),
  ];
  if (action === undefined || errors.length > 0)
    return { kind: 'errors', errors: errors.map((error) => where + error) };
  const severity = found.get('severity');
  const event = makeEvent({
    ...Object.fromEntries([...found].filter(([name]) => !CONVERTED.has(name))),
    action,
    dedupKey: found.get('dedupKey') ?? (action === 'trigger' ? newKey() : undefined),
    severity: severity === undefined ? undefined : (readSeverity(severity) ?? 'error'),
    priority: readPriority(found.get('priority') ?? ''),
    details: detailsOf(document, mapping),
    links: readLinks(mapping.links?.map(({ href, text }) => ({ href: yieldOf(document, href), text }))),
    images: readImages(mapping.images?.map(({ src, alt }) => ({ src: yieldOf(document, src), alt }))),
    detectedAt: detectedAtOf(found.get('detectedAt'), receivedAt),
  });
  return { kind: 'events', events: [event] };
}

/** Fields that are more than text. */
const CONVERTED: ReadonlySet<MappedField> = new Set(['action', 'severity', 'priority', 'detectedAt']);

function detectedAtOf(text: string | undefined, receivedAt: EpochMs): EpochMs {
  return instantOf(text, receivedAt) ?? receivedAt;
}

function detailsOf(document: unknown, { details }: Mapping): JsonObject | undefined {
  if (isObject(details)) {
    return Object.fromEntries(
      Object.entries(details).map(([name, pointer]) => [name, valueAt(document, pointer) ?? null]),
    );
  }
  const value = valueAt(document, details ?? '');
  if (value === undefined) return undefined;
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !KEY_FIELD.test(name)))
    : { value };
}

/** Where PagerDuty's and Opsgenie's clients put the key: of this integration, or of another that the sender also writes to. */
const KEY_FIELD = /^(routing|service|integration|api)_?key$/i;

function yieldOf(document: unknown, field: Field | undefined): string | undefined {
  if (field === undefined) return undefined;
  for (const rule of Array.isArray(field) ? field : [field]) {
    const text = typeof rule === 'string' ? readable(valueAt(document, rule)) : yieldOfRule(document, rule);
    if (text !== undefined) return text;
  }
  return undefined;
}

function yieldOfRule(document: unknown, { at, template, value, map, default: fallback }: Rule): string | undefined {
  const given = value ?? (at === undefined ? fill(document, template ?? '') : readable(valueAt(document, at)));
  return (map === undefined ? given : translate(given, map)) ?? fallback;
}

function translate(word: string | undefined, map: Readonly<Record<string, string>>): string | undefined {
  if (word === undefined) return undefined;
  const wanted = word.trim().toLowerCase();
  return Object.entries(map).find(([from]) => from.toLowerCase() === wanted)?.[1];
}

function fill(document: unknown, template: string): string | undefined {
  let complete = true;
  const text = template.replace(/\{(\/[^{}]*)\}/g, (_, pointer: string) => {
    const value = readable(valueAt(document, pointer));
    complete &&= value !== undefined;
    return value ?? '';
  });
  return complete ? textOf(text) : undefined;
}

/** Text as it is, a list or object as JSON. */
function readable(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? jsonText(value) : textOf(value);
}

function nothingAt(field: Field | undefined): string {
  if (field === undefined) return 'the mapping has no rule for it';
  const places = (Array.isArray(field) ? field : [field]).map((rule) =>
    typeof rule === 'string' ? `'${rule}'` : `'${rule.at ?? rule.template ?? rule.value}'`,
  );
  return `nothing found at ${places.join(' or ')}`;
}
