// Starts a worker whose module is still TypeScript: under tsx and vitest. The built daemon does not have this file.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
