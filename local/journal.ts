import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An append-only file of JSON lines: what has been appended is there after a crash. */
export interface Journal<Entry> {
  /** Resolves when the entry is on the disk. Entries appended meanwhile share one flush. */
  append(entry: Entry): Promise<void>;
  /** Writes what is still on its way, then closes. */
  close(): Promise<void>;
}

export interface OpenedJournal<Entry> {
  readonly entries: readonly Entry[];
  readonly journal: Journal<Entry>;
}

/** For a run without a data directory: everything is forgotten at the end. */
export function forgetfulJournal<Entry>(): OpenedJournal<Entry> {
  return { entries: [], journal: { append: async () => undefined, close: async () => undefined } };
}

/**
 * Opens or makes the file, reads it, and rewrites it with what `keep` leaves. A last line torn by a crash was never confirmed and
 * is dropped; any other unreadable line throws, because something else has written to the file.
 */
export async function openJournal<Entry>(
  file: string,
  keep: (entries: readonly Entry[]) => readonly Entry[] = (entries) => entries,
): Promise<OpenedJournal<Entry>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const entries = keep(await readEntries<Entry>(file));
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  await handle.writeFile(entries.map(toLine).join(''));
  await handle.sync();
  await handle.close();
  await rename(draft, file);
  return { entries, journal: await appender<Entry>(file) };
}

async function readEntries<Entry>(file: string): Promise<Entry[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as Entry;
    } catch (cause) {
      throw new Error(`${file} is damaged at line ${index + 1}`, { cause });
    }
  });
}

async function appender<Entry>(file: string): Promise<Journal<Entry>> {
  const handle = await open(file, 'a');
  let lines: string[] = [];
  let next: Promise<void> | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  async function flush(): Promise<void> {
    await writing.catch(() => undefined);
    const batch = lines.join('');
    lines = [];
    writing = next ?? Promise.resolve();
    next = undefined;
    await handle.appendFile(batch);
    await handle.datasync();
  }

  return {
    append(entry) {
      lines.push(toLine(entry));
      next ??= flush();
      return next;
    },
    async close() {
      await next;
      await writing;
      await handle.close();
    },
  };
}

function toLine(entry: unknown): string {
  return `${JSON.stringify(entry)}\n`;
}
