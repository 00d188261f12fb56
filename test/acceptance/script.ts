import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { ApiRequest } from '../support/api-event.ts';
import type { ApiAnswer, Stage } from '../support/stage.ts';
import type { Fault } from '../support/wire.ts';

/** `4:30` is four and a half minutes after the beginning; `75:00` an hour and a quarter. */
export type Moment = `${number}:${number}`;
/** An exact second, or a span with both ends included. */
export type When = Moment | `${Moment}..${Moment}`;

export interface Body {
  readonly [field: string]: unknown;
}

/** An incident as a monitoring system would report it; scenarios change what matters to them. */
export const DISK_FULL: Body = { service: 'checkout', severity: 'CRIT', title: 'Disk full', message: '/var at 100 %' };

type Look = (answer: ApiAnswer, stage: Stage) => unknown;

/** What happened is asserted when the story is played. Without `expect`, an answer must be a 2xx. */
export interface Act {
  expect(status: number, look?: Look): void;
}

export interface Moments {
  /** PUT /incidents with {@link DISK_FULL} and these fields. */
  put(body?: Body): Act;
  post(incidentId: number, body: Body): Act;
  claim(incidentId: number, by?: string): Act;
  resolve(incidentId: number): Act;
  reopen(incidentId: number): Act;
  get(path: string): Act;
  request(method: string, path: string, body?: unknown): Act;
  /** A request of a sender in its own protocol. */
  ingest(request: ApiRequest): Act;
  /** Opens a link of a mail sent before, counted from 0: the page, or its button. */
  link(mail: number, link: LinkLabel, method: 'GET' | 'POST'): Act;
  /** SES reports on a mail sent before, counted from 0; a report that is not taken is delivered again. */
  report(mail: number, event: Body): void;
  /** From now on the next matching calls go wrong. */
  fault(fault: Fault): void;
  /** Something that only this story does. */
  do(what: string, work: (stage: Stage) => unknown): void;
  /** Looks, and changes nothing. */
  check(what: string, look: (stage: Stage) => unknown): void;
}

export interface Story {
  at(moment: Moment): Moments;
  /** A mail, once. Every mail of the story must be expected, and every expected mail must come. */
  expectMail(when: When, to: string, subject?: RegExp, body?: RegExp): void;
  /** A mail that may come or not, at most once. */
  allowMail(when: When, to: string): void;
  /** Workflow executions may fail in this story (there is a test for what catches that). */
  allowFailedExecutions(): void;
  /**
   * Its moments are so close together that a page which is late, as a fault may make it, is another story; or it takes the numbers of
   * incidents to have no gap. It is not played under faults.
   */
  isTight(): void;
  end(moment: Moment): void;
}

export type LinkLabel = 'Acknowledge' | 'See the incident';

export interface Wanted {
  readonly status: number;
  readonly look?: Look | undefined;
}

export type Deed =
  | { readonly kind: 'request' | 'ingest'; readonly request: ApiRequest; wanted?: Wanted }
  | {
      readonly kind: 'link';
      readonly mail: number;
      readonly label: LinkLabel;
      readonly method: 'GET' | 'POST';
      wanted?: Wanted;
    }
  | { readonly kind: 'report'; readonly mail: number; readonly event: Body }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'do' | 'check'; readonly work: (stage: Stage) => unknown };

/** What is done, in milliseconds from the beginning. */
export interface Scene {
  readonly at: number;
  readonly deed: Deed;
}

export interface Expected {
  readonly when: When;
  readonly from: number;
  readonly to: number;
  readonly address: string;
  readonly subject: RegExp | undefined;
  readonly body: RegExp | undefined;
  readonly optional: boolean;
}

/** A story, written down to be played. */
export interface Script {
  /** In order of time. */
  readonly scenes: readonly Scene[];
  readonly expected: readonly Expected[];
  readonly end: number;
  readonly mayFail: boolean;
  readonly tight: boolean;
}

export function writeScript(tell: (story: Story) => void): Script {
  const scenes: Scene[] = [];
  const expected: Expected[] = [];
  const facts = { end: 0, mayFail: false, tight: false };
  function mail(optional: boolean, when: When, address: string, subject?: RegExp, body?: RegExp): void {
    const [from = '', to = from] = when.split('..');
    expected.push({ when, from: read(from), to: read(to) + SECOND_MS - 1, address, subject, body, optional });
  }
  tell({
    at: (moment) => momentsAt(read(moment), (scene) => scenes.push(scene)),
    expectMail: (when, address, subject, body) => mail(false, when, address, subject, body),
    allowMail: (when, address) => mail(true, when, address),
    allowFailedExecutions: () => {
      facts.mayFail = true;
    },
    isTight: () => {
      facts.tight = true;
    },
    end: (moment) => {
      facts.end = read(moment);
    },
  });
  if (scenes.some((scene) => scene.at > facts.end)) throw new Error('the story goes on after its end');
  return { scenes: scenes.toSorted((a, b) => a.at - b.at), expected, ...facts };
}

function momentsAt(at: number, add: (scene: Scene) => void): Moments {
  function act(deed: Extract<Deed, { wanted?: Wanted }>): Act {
    add({ at, deed });
    return {
      expect(status, look) {
        deed.wanted = { status, look };
      },
    };
  }
  const request = (method: string, path: string, body?: unknown) =>
    act({ kind: 'request', request: { method, path, body } });
  const post = (incidentId: number, body: Body) => request('POST', `/incidents/${incidentId}`, body);
  return {
    put: (body = {}) => request('PUT', '/incidents', { ...DISK_FULL, ...body }),
    post,
    claim: (incidentId, by = 'ada@example.org') => post(incidentId, { state: 'CLAIMED', by }),
    resolve: (incidentId) => post(incidentId, { state: 'RESOLVED', by: 'ada@example.org' }),
    reopen: (incidentId) => post(incidentId, { state: 'OPEN', by: 'ada@example.org' }),
    get: (path) => request('GET', path),
    request,
    ingest: (asked) => act({ kind: 'ingest', request: asked }),
    link: (mail, label, method) => act({ kind: 'link', mail, label, method }),
    report: (mail, event) => add({ at, deed: { kind: 'report', mail, event } }),
    fault: (fault) => add({ at, deed: { kind: 'fault', fault } }),
    do: (_what, work) => add({ at, deed: { kind: 'do', work } }),
    check: (_what, work) => add({ at, deed: { kind: 'check', work } }),
  };
}

function read(moment: string): number {
  const [, minutes, seconds] = /^(\d+):(\d\d)$/.exec(moment) ?? [];
  if (minutes === undefined) throw new Error(`not a moment: ${moment}`);
  return Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS;
}
