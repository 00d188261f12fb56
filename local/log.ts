import { styleText } from 'node:util';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes one thing that happened. `source` is who says it: api, mail, workflow, a function's label. */
export type Log = (level: LogLevel, source: string, message: string) => void;

export const silent: Log = () => undefined;

const STYLES = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

export interface ConsoleLogOptions {
  readonly write: (line: string) => void;
  readonly colours: boolean;
}

/** Lines for people: time, level, source, message; debugging is left out. Text from outside cannot break out of its line or move the cursor. */
export function createConsoleLog({ write, colours }: ConsoleLogOptions): Log {
  const paint = (style: (typeof STYLES)[LogLevel] | 'gray' | 'cyan', text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  return (level, source, message) => {
    if (level === 'debug') return;
    const time = new Date().toTimeString().slice(0, 8);
    const columns = [
      paint('gray', time),
      paint(STYLES[level], level.toUpperCase().padEnd(5)),
      paint('cyan', source.padEnd(10)),
      message.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' '),
    ];
    write(`${columns.join(' ')}\n`);
  };
}

/** Fields that every line of the structured logger carries; they say nothing that the line's place does not. */
const ROUTINE_FIELDS = new Set(
  'level message timestamp service sampling_rate cold_start function_arn function_memory_size function_name function_request_id xray_trace_id'.split(
    ' ',
  ),
);
const MAX_FIELDS = 8;
const MAX_VALUE_CHARS = 200;

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/** Makes one readable line of what a function printed; `level` is for lines that name none. Structured logs become `message key=value …`; metrics answer undefined. */
export function readFunctionOutput(line: string, level: LogLevel): LogLine | undefined {
  const record = parseRecord(line);
  if (!record) return line.trim() === '' ? undefined : { level, message: line };
  if ('_aws' in record) return undefined;
  const fields = Object.entries(record)
    .filter(([key, value]) => !ROUTINE_FIELDS.has(key) && value !== undefined && value !== null)
    .slice(0, MAX_FIELDS)
    .map(([key, value]) => `${key}=${brief(value)}`);
  return { level: levelOf(record.level), message: [String(record.message ?? ''), ...fields].join(' ').trim() };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function levelOf(level: unknown): LogLevel {
  if (level === 'ERROR' || level === 'CRITICAL') return 'error';
  if (level === 'WARN') return 'warn';
  return level === 'DEBUG' || level === 'TRACE' ? 'debug' : 'info';
}

function brief(value: unknown): string {
  const error = value as { name?: unknown; message?: unknown };
  const text =
    typeof value === 'object' && typeof error.message === 'string'
      ? `"${String(error.name ?? 'Error')}: ${error.message}"`
      : (JSON.stringify(value) ?? '');
  return text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
}
