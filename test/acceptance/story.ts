import { expect } from '@jest/globals';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { SentMail } from '../support/fake-ses.ts';
import { type ApiAnswer, type Stage, type StageOptions, startStage } from '../support/stage.ts';
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
  /** Opens a link of a mail sent before, counted from 0: the page, or its button. */
  link(mail: number, link: 'Acknowledge' | 'See the incident', method: 'GET' | 'POST'): Act;
  /** From now on the next matching calls go wrong. */
  fault(fault: Fault): void;
  do(what: string, work: (stage: Stage) => unknown): void;
}

export interface Story {
  at(moment: Moment): Moments;
  /** A mail, once. Every mail of the story must be expected, and every expected mail must come. */
  expectMail(when: When, to: string, subject?: RegExp, body?: RegExp): void;
  /** A mail that may come or not, at most once. */
  allowMail(when: When, to: string): void;
  /** Workflow executions may fail in this story (there is a test for what catches that). */
  allowFailedExecutions(): void;
  end(moment: Moment): void;
}

interface Scene {
  readonly at: number;
  readonly play: (stage: Stage) => Promise<void>;
}

interface Expected {
  readonly when: When;
  readonly from: number;
  readonly to: number;
  readonly address: string;
  readonly subject: RegExp | undefined;
  readonly body: RegExp | undefined;
  readonly optional: boolean;
}

/**
 * Plays a story on a stage of its own, from its beginning to its end, moving time and never waiting. Fails with the expected and
 * the actual mails side by side when they differ, and when a workflow execution failed.
 */
export async function story(options: StageOptions, tell: (story: Story) => void): Promise<void> {
  const scenes: Scene[] = [];
  const expected: Expected[] = [];
  let end = 0;
  let mayFail = false;
  function mail(optional: boolean, when: When, address: string, subject?: RegExp, body?: RegExp): void {
    const [from = '', to = from] = when.split('..');
    expected.push({ when, from: read(from), to: read(to) + SECOND_MS - 1, address, subject, body, optional });
  }
  tell({
    at: (moment) => momentsAt(read(moment), (scene) => scenes.push(scene)),
    expectMail: (when, address, subject, body) => mail(false, when, address, subject, body),
    allowMail: (when, address) => mail(true, when, address),
    allowFailedExecutions() {
      mayFail = true;
    },
    end(moment) {
      end = read(moment);
    },
  });
  if (scenes.some((scene) => scene.at > end)) throw new Error('the story goes on after its end');

  const stage = await startStage(options);
  try {
    for (const scene of scenes.toSorted((a, b) => a.at - b.at)) {
      await stage.clock.advanceTo(stage.startedAt + scene.at);
      await scene.play(stage);
    }
    await stage.clock.advanceTo(stage.startedAt + end);
    const failed = stage.workflows.executions.filter(({ status }) => status === 'FAILED').map(({ name }) => name);
    const difference = compare(expected, stage.mails, stage.startedAt);
    if (difference !== undefined) throw new Error(difference);
    if (failed.length > 0 && !mayFail) throw new Error(`workflow executions failed: ${failed.join(', ')}`);
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    error.message = `${error.message}\n\nWhat happened:\n${chronicle(stage)}`;
    throw error;
  } finally {
    await stage.stop();
  }
}

function momentsAt(at: number, add: (scene: Scene) => void): Moments {
  function act(perform: (stage: Stage) => Promise<ApiAnswer>): Act {
    let wanted: { status: number; look?: Look | undefined } | undefined;
    add({
      at,
      async play(stage) {
        const answer = await perform(stage);
        if (wanted ? answer.status !== wanted.status : answer.status >= 300) {
          throw new Error(`${clockFace(at)}: expected ${wanted?.status ?? '2xx'}, got ${answer.status} ${answer.text}`);
        }
        await wanted?.look?.(answer, stage);
      },
    });
    return {
      expect(status, look) {
        wanted = { status, look };
      },
    };
  }
  const request = (method: string, path: string, body?: unknown) =>
    act((stage) => stage.request({ method, path, body }));
  const post = (incidentId: number, body: Body) => request('POST', `/incidents/${incidentId}`, body);
  return {
    put: (body = {}) => request('PUT', '/incidents', { ...DISK_FULL, ...body }),
    post,
    claim: (incidentId, by = 'ada@example.org') => post(incidentId, { state: 'CLAIMED', by }),
    resolve: (incidentId) => post(incidentId, { state: 'RESOLVED', by: 'ada@example.org' }),
    reopen: (incidentId) => post(incidentId, { state: 'OPEN', by: 'ada@example.org' }),
    get: (path) => request('GET', path),
    request,
    link: (mail, link, method) => act((stage) => stage.request({ method, path: linkOf(stage.mails[mail], link) })),
    fault: (fault) => add({ at, play: async (stage) => stage.wire.fault(fault) }),
    do: (_what, work) => add({ at, play: async (stage) => void (await work(stage)) }),
  };
}

/** The path behind a button of the mail, as it stands in the text part. */
export function linkOf(mail: SentMail | undefined, label: string): string {
  const url = new RegExp(`^${label}:\\n(https://\\S+)$`, 'm').exec(mail?.text ?? '')?.[1];
  if (url === undefined) throw new Error(`the mail has no link "${label}": ${mail?.text ?? 'there is no such mail'}`);
  return new URL(url).pathname;
}

function read(moment: string): number {
  const [, minutes, seconds] = /^(\d+):(\d\d)$/.exec(moment) ?? [];
  if (minutes === undefined) throw new Error(`not a moment: ${moment}`);
  return Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS;
}

function clockFace(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

interface Row {
  readonly at: number;
  readonly mark: ' ' | '+' | '-';
  readonly text: string;
}

/** Undefined when each mail was expected and each expected mail came; otherwise both lists as one, in the order of time. */
function compare(expected: readonly Expected[], mails: readonly SentMail[], start: number): string | undefined {
  const missing = [...expected];
  const rows = mails.map(({ at, to, subject, text }): Row => {
    const found = missing.findIndex(
      (e) =>
        e.address === to &&
        e.from <= at - start &&
        at - start <= e.to &&
        (e.subject?.test(subject) ?? true) &&
        (e.body?.test(text) ?? true),
    );
    if (found >= 0) missing.splice(found, 1);
    const why = /^Why you are paged: .*$/m.exec(text)?.[0] ?? '';
    return { at: at - start, mark: found >= 0 ? ' ' : '+', text: `${to}  ${subject}  (${why})` };
  });
  const wanted = missing.filter(({ optional }) => !optional);
  if (wanted.length === 0 && rows.every((row) => row.mark === ' ')) return undefined;
  const absent = wanted.map(({ when, from, address, subject, body }): Row => {
    const text = `${address}  ${subject ?? ''} ${body ?? ''}  expected at ${when}`;
    return { at: from, mark: '-', text };
  });
  const lines = [...rows, ...absent]
    .sort((a, b) => a.at - b.at)
    .map(({ at, mark, text }) => `${mark} ${clockFace(at).padStart(6)}  ${text}`);
  return ['The mails are not those of the story (- missing, + unexpected):', ...lines].join('\n');
}

function chronicle({ chronicle, startedAt, mails }: Stage): string {
  const lines = chronicle.map(({ at, text }) => `  ${clockFace(at - startedAt).padStart(6)}  ${text}`);
  return [...lines, `  ${mails.length} mails`].join('\n');
}

/** The kinds of an incident's timeline, in order: what an incident tells about itself. */
export async function kindsOf(stage: Stage, incidentId: number): Promise<string[]> {
  const { json } = await stage.request({ method: 'GET', path: `/incidents/${incidentId}/timeline` });
  return (json.timeline as { kind: string }[]).map(({ kind }) => kind);
}

/** Fails unless the incident is in this state. */
export async function expectState(stage: Stage, incidentId: number, state: string): Promise<void> {
  expect((await stage.incident(incidentId)).state).toBe(state);
}
