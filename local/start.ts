import { parseArgs } from 'node:util';
import { ConfigFileError, readConfigFile } from './config-file.ts';
import { createConsoleLog } from './log.ts';
import { type Local, startLocal } from './runtime.ts';

const USAGE = `npm start -- [--port 8080] [--config FILE] [--data DIR] [--smtp smtp://host:port]

  --port    where the API listens, on this machine alone
  --config  configuration in YAML or JSON (default: examples/small.yaml)
  --data    keeps everything in this directory; without it, all is forgotten at the end
  --smtp    relays mail to this server as well (or set INRESPONSE_SMTP_URL)

INRESPONSE_API_KEY sets the API key.`;

const startedAt = performance.now();
try {
  await main();
} catch (error) {
  // A plain Error is ours and says all there is to say; any other is a fault of the program, and its stack is wanted.
  const ours = error instanceof Error && (['Error', 'ConfigFileError'].includes(error.name) || 'code' in error);
  console.error(ours ? `InResponse did not start: ${error.message}` : error);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      config: { type: 'string', default: 'examples/small.yaml' },
      data: { type: 'string' },
      smtp: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(USAGE);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigFileError(`${values.port} is not a port`);
  const smtp = values.smtp ?? process.env.INRESPONSE_SMTP_URL;
  const apiKey = process.env.INRESPONSE_API_KEY;
  const local = await startLocal({
    port,
    configFile: values.config,
    log: createConsoleLog({ write: (line) => process.stdout.write(line), colours: process.stdout.isTTY === true }),
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(smtp ? { smtp } : {}),
    ...(apiKey ? { apiKey } : {}),
  });
  drainOnSignal(local);
  const { services } = await readConfigFile(values.config);
  greet(local, services.find((id) => id === 'athens') ?? services[0] ?? 'athens', values.data);
}

function greet({ url, apiKey }: Local, service: string, dataDir: string | undefined): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const incident = {
    service,
    severity: 'CRIT',
    title: '5xx error rate above 5% in payment service',
    message: 'Raised by hand, to see a page arrive.',
  };
  console.log(`InResponse is listening on ${url}

  Ready after ${seconds} s. Data: ${dataDir ?? 'in memory, gone at the end (--data DIR keeps it)'}
  API key: ${apiKey}
  Inbox:   ${url}/_local/inbox

  Raise an incident, then look into the inbox:

  curl -X PUT ${url}/incidents -H 'x-api-key: ${apiKey}' -H 'content-type: application/json' \\
    -d '${JSON.stringify(incident).replaceAll("'", "'\\''")}'
`);
}

/** The first signal finishes what is under way; a second one does not wait. */
function drainOnSignal(local: Local): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log(`${signal}: finishing what is under way`);
    local.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
