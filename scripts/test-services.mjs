// Before the tests: finds the real brokers, databases and the browser they run against, and installs what is missing
// where that takes no password (root or password-free sudo on Debian/Ubuntu). Otherwise says what will be skipped.
import { execFileSync, spawnSync } from 'node:child_process';

const NEEDED = {
  mosquitto: 'mosquitto',
  mosquitto_sub: 'mosquitto-clients',
  influxd: 'influxdb',
  influx: 'influxdb-client',
  'victoria-metrics': 'victoria-metrics',
  socat: 'socat',
  chromium: 'chromium',
  ser2net: 'ser2net',
  openssl: 'openssl',
  shellcheck: 'shellcheck',
};

const has = (program) =>
  spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`], { stdio: 'ignore' }).status === 0;
const missing = Object.keys(NEEDED).filter((program) => !has(program));
if (missing.length === 0) process.exit(0);

const packages = missing.map((program) => NEEDED[program]);
const becomeRoot =
  process.getuid?.() === 0 ? [] : spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo'] : null;
const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];

if (has('apt-get') && becomeRoot !== null) {
  console.log(`Installing for the tests: ${packages.join(' ')}`);
  const run = (args) => {
    const [program, ...rest] = [...becomeRoot, ...args];
    execFileSync(program, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  try {
    run(['apt-get', 'update', '-qq']);
    run(command);
    process.exit(0);
  } catch (error) {
    console.log(`Installing failed: ${error.message}`);
  }
}
console.log(`Not installed: ${missing.join(', ')}. The tests that need them are skipped and listed at the end.`);
console.log(`To run them too: sudo ${command.join(' ')}`);
