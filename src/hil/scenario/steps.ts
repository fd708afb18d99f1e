/** What happens in a scenario: one act a step, in order; each waits for its time or its condition. */
import { z } from 'zod';
import { ALARM_CONDITIONS, type AlarmCondition } from '../../alarms/catalogue.ts';
import { HOLD_POINTS, PHASES } from '../../refill/model.ts';
import { quantityField, seconds, stationNumber } from './fields.ts';

const condition = z.enum(Object.keys(ALARM_CONDITIONS) as [AlarmCondition, ...AlarmCondition[]]);
const share = quantityField('share', 0, 100);
const text = z.string().min(1).max(500);
const hold = z.enum(HOLD_POINTS);
const loose = z.record(z.string(), z.unknown());
const FILES = ['journal.db', 'records.db', 'store.db', 'manifest.db'] as const;

/** All that are given must hold. */
const when = z
  .strictObject({
    truth: text.optional().describe('phase in which the simulated nurse is'),
    refill: z.enum(PHASES).optional().describe('phase that the product says'),
    alarm: condition.optional().describe('is active'),
    status: text.optional().describe('state of the station'),
  })
  .describe('a condition; the step waits for it');

export const ACTS = {
  screen: z
    .discriminatedUnion('do', [
      z.strictObject({
        do: z.literal('begin'),
        pump: text.optional().describe('id in the register; made from the simulated patient when absent'),
        register: z.boolean().default(true).describe('enter the pump with its last fill before'),
        order: loose.optional().describe('what differs from the papers of the simulated patient'),
        context: loose.optional(),
      }),
      z.strictObject({ do: z.literal('phase'), phase: z.enum(PHASES) }),
      z.strictObject({ do: z.literal('pass'), hold }),
      z.strictObject({ do: z.literal('override'), hold, reason: text }),
      z.strictObject({ do: z.literal('residual'), ml: z.number(), reason: text }),
      z.strictObject({ do: z.literal('abort'), reason: text }),
      z.strictObject({ do: z.literal('finish') }),
      z.strictObject({ do: z.literal('tare') }),
      z.strictObject({ do: z.literal('zero') }),
      z.strictObject({ do: z.literal('acknowledge'), condition }),
      z.strictObject({ do: z.literal('pauseAudio'), seconds: z.int().min(1).max(3600) }),
    ])
    .describe('somebody at the page (HTTP)'),
  nurse: z
    .enum(['pause', 'continue', 'hold', 'abort', 'harder', 'gentler', 'faster', 'slower', 'reposition'])
    .describe('the simulated nurse is told'),
  fault: z.record(z.string().max(40), share).describe('byte faults and their chance per line; 0 % ends one'),
  befall: loose.describe('a mishap at the needle: docs/scenarios.md'),
  sensor: z.strictObject({
    channel: z.enum(['mass', 'flow', 'pressure', 'temperature', 'ambient']),
    fault: z.enum(['stuck', 'drift', 'bias', 'saturated', 'missing', 'noisy']),
    size: z.number().default(0),
  }),
  heal: z.enum(['mass', 'flow', 'pressure', 'temperature', 'ambient']).describe('the sensor is well again'),
  surroundings: z.strictObject({
    ambient: quantityField('pressure', 30, 200).optional(),
    room: quantityField('temperature', -10, 60).optional(),
    infusate: quantityField('temperature', -10, 60).optional(),
  }),
  bay: z.enum(['door-open', 'door-closed', 'clamp-open', 'clamp-closed', 'battery', 'mains']),
  station: z.enum(['unplug', 'replug', 'quiet', 'resume', 'reboot']),
  stationClock: z.strictObject({
    drift: quantityField('parts', -500_000, 500_000).optional(),
    jump: quantityField('time', 0, 2_000_000).optional(),
  }),
  host: z.strictObject({
    clockStep: quantityField('time', -1e9, 1e9).optional().describe('UTC is set by so much'),
    sleep: quantityField('time', 0, 1e8).optional().describe('the computer sleeps: nobody lives through it'),
  }),
  broker: z.enum(['cut', 'silent', 'open']).describe('the way to the broker; setup.broker must be `apart`'),
  file: z.strictObject({
    name: z.enum(FILES),
    does: z
      .enum(['lock', 'free', 'damage', 'remove'])
      .describe('lock: another program holds it; damage, remove: only while the daemon is stopped'),
  }),
  daemon: z.enum(['stop', 'start', 'restart']),
  publish: z
    .strictObject({ topic: text, payload: z.unknown() })
    .describe('a message of somebody else; a topic without "hai/" is one of the station'),
  operator: text.describe('what somebody at a real bench is asked to do; simulated stations pass it over'),
} as const;
export type ActName = keyof typeof ACTS;

export const stepSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,40}$/)
      .optional(),
    at: seconds.optional().describe('since the start of the run'),
    when: when.optional(),
    after: seconds.optional().describe('so long after `when`, or after the step before'),
    on: stationNumber.default(1),
    ...Object.fromEntries(Object.entries(ACTS).map(([name, act]) => [name, act.optional()])),
  } as {
    id: z.ZodOptional<z.ZodString>;
    at: z.ZodOptional<typeof seconds>;
    when: z.ZodOptional<typeof when>;
    after: z.ZodOptional<typeof seconds>;
    on: z.ZodDefault<typeof stationNumber>;
  } & { [K in ActName]: z.ZodOptional<(typeof ACTS)[K]> })
  .superRefine((step, context) => {
    const acts = (Object.keys(ACTS) as ActName[]).filter((name) => step[name] !== undefined);
    if (acts.length === 1) return;
    const message = acts.length === 0 ? 'does nothing: name one act' : `does ${acts.join(' and ')}: one act a step`;
    context.addIssue({ code: 'custom', message });
  });
export type Step = z.infer<typeof stepSchema>;
