import { EVENT_LIMITS, type Image, type InboundEvent } from '../../core/event.ts';
import type { Link } from '../../core/incident.ts';
import { cut, foldKey, isLongerThan, isObject, listOf, textOf } from './shape.ts';
import { storableObject } from './storable.ts';

/** An event on its way: anything may be missing or undefined but what happened, and when. */
export type EventDraft = { readonly [K in keyof InboundEvent]?: InboundEvent[K] | undefined } & Pick<
  InboundEvent,
  'action' | 'detectedAt'
>;

const NAMES = ['service', 'team', 'client', 'component', 'group', 'class', 'by'] as const;

/**
 * The only way an event is made: cuts every text to `EVENT_LIMITS`, folds a long dedup key, drops blank and undefined fields, makes
 * the details storable. A title that is missing is taken from the message, and the other way round.
 */
export function makeEvent(draft: EventDraft, keyLimit: number = EVENT_LIMITS.dedupKey): InboundEvent {
  const title = textOf(draft.title) ?? textOf(draft.message) ?? draft.dedupKey ?? '(no title)';
  const message = textOf(draft.message) ?? title;
  const dedupKey = textOf(draft.dedupKey);
  const names = NAMES.map((name) => [name, cutText(draft[name], EVENT_LIMITS.name)] as const);
  return {
    action: draft.action,
    detectedAt: draft.detectedAt,
    title: cut(title, EVENT_LIMITS.title),
    message: cut(message, EVENT_LIMITS.message),
    links: readLinks(draft.links),
    images: readImages(draft.images),
    ...present({
      ...Object.fromEntries(names),
      dedupKey: dedupKey === undefined ? undefined : foldKey(dedupKey, keyLimit),
      severity: draft.severity,
      priority: draft.priority,
      details: draft.details && storableObject(draft.details),
      source: cutText(draft.source, EVENT_LIMITS.source),
      clientUrl: readHref(draft.clientUrl),
      note: cutText(draft.note, EVENT_LIMITS.note),
    }),
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the members that are undefined. */
export function present<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** The links among the values: objects with a `href` that is not blank. What is no link is left out. */
export function readLinks(values: unknown): Link[] {
  return listOf(values)
    .filter(isObject)
    .flatMap((value) => {
      const href = readHref(value.href);
      return href === undefined ? [] : [{ href, ...present({ text: cutText(value.text, EVENT_LIMITS.linkText) }) }];
    })
    .slice(0, EVENT_LIMITS.links);
}

/** The images among the values: objects with a `src`. Alertmanager sends `"href": ""` for none. */
export function readImages(values: unknown): Image[] {
  return listOf(values)
    .filter(isObject)
    .flatMap((value) => {
      const src = readHref(value.src);
      if (src === undefined) return [];
      return [{ src, ...present({ href: readHref(value.href), alt: cutText(value.alt, EVENT_LIMITS.linkText) }) }];
    })
    .slice(0, EVENT_LIMITS.images);
}

/** A cut address leads nowhere, so one that is too long is no address. */
function readHref(value: unknown): string | undefined {
  const href = textOf(value)?.trim();
  return href === undefined || isLongerThan(href, EVENT_LIMITS.href) ? undefined : href;
}

function cutText(value: unknown, codePoints: number): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : cut(text, codePoints);
}
