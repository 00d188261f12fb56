import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openJournal } from '../../local/journal.ts';
import { temporaryDirectory } from './fixture/assembly.ts';

describe('the journal', () => {
  it('has on the disk what it has confirmed, in order', async () => {
    await using data = await temporaryDirectory();
    const file = join(data.path, 'deep', 'log.jsonl');
    const { journal } = await openJournal<number>(file);
    await Promise.all([1, 2, 3].map((entry) => journal.append(entry)));
    expect(await readFile(file, 'utf8')).toBe('1\n2\n3\n');
    await journal.append(4);
    await journal.close();
    const again = await openJournal<number>(file);
    await again.journal.close();
    expect(again.entries).toEqual([1, 2, 3, 4]);
  });

  it('drops a last line that a crash has torn, and goes on', async () => {
    await using data = await temporaryDirectory();
    const file = join(data.path, 'log.jsonl');
    await writeFile(file, '{"a":1}\n{"a":');
    const { entries, journal } = await openJournal<{ a: number }>(file);
    await journal.append({ a: 2 });
    await journal.close();
    expect(entries).toEqual([{ a: 1 }]);
    expect(await readFile(file, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  it('refuses a file that is damaged elsewhere', async () => {
    await using data = await temporaryDirectory();
    const file = join(data.path, 'log.jsonl');
    await writeFile(file, '1\nnonsense\n');
    await appendFile(file, '2\n');
    await expect(openJournal(file)).rejects.toThrow('damaged at line 2');
  });

  it('forgets what is not to be kept, and is for its owner alone', async () => {
    await using data = await temporaryDirectory();
    const file = join(data.path, 'log.jsonl');
    await writeFile(file, '1\n2\n3\n');
    const { journal } = await openJournal<number>(file, (all) => all.slice(-1));
    await journal.close();
    expect(await readFile(file, 'utf8')).toBe('3\n');
    expect((await stat(file)).mode & 0o077).toBe(0);
  });
});
