import { expect } from '@jest/globals';
import { playUnderFaults } from '../faults/explore.ts';
import type { SentMail } from '../support/fake-ses.ts';
import { type ApiAnswer, type Stage, type StageOptions, startStage } from '../support/stage.ts';
import { chronicle, clockFace, linkOf } from './reading.ts';
import { type Expected, type Scene, type Script, type Story, type Wanted, writeScript } from './script.ts';

export { expectState, kindsOf, linkOf } from './reading.ts';
export { DISK_FULL } from './script.ts';

/**
 * Plays a story on a stage of its own, from its beginning to its end, moving time and never waiting. Fails with the expected and
 * the actual mails side by side when they differ, and when a workflow execution failed. Then plays it again with a fault that its
 * name chooses, or with all of them (`npm run test:faults`), and fails when a promise of docs/guarantees.md is broken.
 */
export async function story(options: StageOptions, tell: (story: Story) => void): Promise<void> {
  const script = writeScript(tell);
  await playExactly(options, script);
  await playUnderFaults(options, script, expect.getState().currentTestName ?? 'a story');
}

async function playExactly(options: StageOptions, { scenes, expected, end, mayFail }: Script): Promise<void> {
  const stage = await startStage(options);
  try {
    for (const scene of scenes) {
      await stage.clock.advanceTo(stage.startedAt + scene.at);
      await play(scene, stage);
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

async function play({ at, deed }: Scene, stage: Stage): Promise<void> {
  switch (deed.kind) {
    case 'request':
      return judge(at, await stage.request(deed.request), deed.wanted, stage);
    case 'ingest':
      return judge(at, await stage.ingest(deed.request), deed.wanted, stage);
    case 'link': {
      const path = linkOf(stage.mails[deed.mail], deed.label);
      return judge(at, await stage.request({ method: deed.method, path }), deed.wanted, stage);
    }
    case 'report':
      return stage.mailEvent(mailAt(stage, deed.mail), deed.event);
    case 'fault':
      return stage.wire.fault(deed.fault);
    default:
      await deed.work(stage);
  }
}

async function judge(at: number, answer: ApiAnswer, wanted: Wanted | undefined, stage: Stage): Promise<void> {
  if (wanted ? answer.status !== wanted.status : answer.status >= 300) {
    throw new Error(`${clockFace(at)}: expected ${wanted?.status ?? '2xx'}, got ${answer.status} ${answer.text}`);
  }
  await wanted?.look?.(answer, stage);
}

function mailAt(stage: Stage, index: number): SentMail {
  const mail = stage.mails[index];
  if (!mail) throw new Error(`there is no mail ${index}`);
  return mail;
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
