/** Something that cannot be done as things are: nothing has changed. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** What was asked for is not there. */
export class Unknown extends Refused {}
