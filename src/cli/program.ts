/** All commands in one place. Every command is a file of its own that adds itself here. */
import { Command } from 'commander';
import { addCapsule } from './capsule.ts';
import { addDecode } from './decode.ts';
import { addDoctor } from './doctor.ts';
import { addDrill } from './drill.ts';
import { EXIT } from './exit.ts';
import { addFidelity } from './fidelity.ts';
import { addFirmware } from './firmware.ts';
import { addHil } from './hil.ts';
import { addInit } from './init.ts';
import { addLab } from './lab.ts';
import { addPorts } from './ports.ts';
import { addReplay } from './replay.ts';
import { addResend } from './resend.ts';
import { addSimulate } from './simulate.ts';
import { addTail } from './tail.ts';
import { addUp } from './up.ts';
import { addVerify } from './verify.ts';
import { productVersion } from './version.ts';

export function createProgram(): Command {
  const program = new Command('hai-bridge')
    .description(
      'Reads the instruments of hepatic artery infusion (HAI) pump refill stations, publishes over MQTT, ' +
        'records to a time-series store and shows the reservoir level live. Not a medical device.',
    )
    .version(productVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      'after',
      `
Begin here:
  hai-bridge up --demo          everything at once, with simulated stations
  hai-bridge ports              which serial ports there are
  hai-bridge init               write a commented hai-bridge.yaml
  hai-bridge doctor             is everything in order, and if not, what to do
  hai-bridge up                 run the daemon with ./hai-bridge.yaml
  hai-bridge tail               watch the readings in the terminal
  hai-bridge verify STATION     prove that the store holds all that was read
  hai-bridge drill              break things on this site, with simulated stations, and see that nothing is lost
  hai-bridge resend             fill a lost store again from the journal
  hai-bridge firmware list      what the stations run, and whether that is as it should be
  hai-bridge capsule STATION    save what has just happened, as one file
  hai-bridge decode FILE        print recorded bytes as annotated lines
  hai-bridge replay FILE        play them into a daemon again
  hai-bridge fidelity A B       how far two recordings of one scenario diverge
  hai-bridge hil run FILE       run scenarios and judge what the daemon lets out
  hai-bridge lab                play scenarios on a page, and break things by hand

Exit codes: ${EXIT.done} done, ${EXIT.failed} the thing checked failed, ${EXIT.usage} usage or configuration.`,
    );
  const all = [
    addUp,
    addSimulate,
    addPorts,
    addInit,
    addDoctor,
    addTail,
    addVerify,
    addDrill,
    addResend,
    addFirmware,
    addDecode,
    addReplay,
    addCapsule,
    addFidelity,
    addHil,
    addLab,
  ];
  for (const add of all) {
    add(program);
  }
  for (const command of program.commands) {
    command.showHelpAfterError(`See: hai-bridge ${command.name()} --help`);
  }
  return program.showHelpAfterError('See: hai-bridge --help');
}
