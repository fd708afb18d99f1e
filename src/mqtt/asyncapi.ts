/** `asyncapi.yaml` and the table of docs/topics.md, from the same schemas that check the messages. */
import { z } from 'zod';
import { alarmPayload, bridgePayload, echoPayload, NAME_PATTERN, reportPayload, TOPIC_ROOT, TOPICS } from './topics.ts';

interface Documented {
  readonly payload: z.ZodType;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Behind the station; its key when absent. */
  readonly topic?: string;
}

const DOCUMENTED: Record<string, Documented> = {
  ...TOPICS,
  refillReport: { payload: reportPayload, qos: 1, retain: true, topic: 'refill/report' },
  alarm: { payload: alarmPayload, qos: 1, retain: true, topic: 'alarm/{condition}' },
  bridge: { payload: bridgePayload, qos: 1, retain: true },
  echo: { payload: echoPayload, qos: 0, retain: false },
};
/** Said under the name of the bridge; all else under that of a station. */
const OF_BRIDGE = new Set(['bridge', 'echo']);
/** What the bridge itself reads; it says everything else. */
const READ_BY_BRIDGE = new Set(['recorded']);

function schemaOf(payload: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(payload, { target: 'draft-7', io: 'input' });
  return schema;
}

function addressOf(name: string): string {
  const speaker = OF_BRIDGE.has(name) ? '{bridge}' : '{station}';
  return `${TOPIC_ROOT}/{site}/${speaker}/${DOCUMENTED[name]?.topic ?? name}`;
}

/** The parts of an address in braces. */
function parametersOf(name: string): Record<string, unknown> {
  const names = [...addressOf(name).matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '');
  return Object.fromEntries(names.map((parameter) => [parameter, { $ref: `#/components/parameters/${parameter}` }]));
}

/** An AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0), from the bridge's side. */
export function asyncApiDocument(version: string): Record<string, unknown> {
  const names = Object.keys(DOCUMENTED);
  const parameter = (what: string) => ({ description: `${what}; ${NAME_PATTERN.source}` });
  const channels: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  const messages: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (const name of names) {
    const { payload, qos, retain } = DOCUMENTED[name] as Documented;
    const summary = payload.description ?? name;
    channels[name] = {
      address: addressOf(name),
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
      parameters: parametersOf(name),
    };
    operations[READ_BY_BRIDGE.has(name) ? `receive-${name}` : `send-${name}`] = {
      action: READ_BY_BRIDGE.has(name) ? 'receive' : 'send',
      channel: { $ref: `#/channels/${name}` },
      summary,
      bindings: { mqtt: { qos, retain, bindingVersion: '0.2.0' } },
    };
    messages[name] = {
      name,
      contentType: 'application/json',
      summary,
      payload: { $ref: `#/components/schemas/${name}` },
    };
    schemas[name] = schemaOf(payload);
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'hai-bridge',
      version,
      description:
        'What a bridge of refill stations says and hears over MQTT. Information only: not a medical device. Meanings and examples: docs/topics.md.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: {
      parameters: {
        site: parameter('one hospital or ward'),
        station: parameter('serial of the station, from its own mouth'),
        bridge: parameter('id of the bridge'),
        condition: parameter('name of the alarm condition'),
      },
      messages,
      schemas,
    },
  };
}

/** Markdown table: one line per topic. */
export function topicTable(): string {
  const rows = Object.entries(DOCUMENTED).map(([name, { payload, qos, retain }]) => {
    const address = addressOf(name).replaceAll('{', '<').replaceAll('}', '>');
    return `| \`${address}\` | ${payload.description ?? ''} | ${qos} | ${retain ? 'yes' : 'no'} |`;
  });
  return ['| topic | what it is | QoS | retained |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
