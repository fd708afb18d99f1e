/**
 * A tap on a link: whoever holds it hears every byte in both directions and how the link opens and closes, and changes
 * nothing. A link without a tap is the link itself, so nothing is paid for it.
 */
import { type Link, LinkFailure, type LinkHandlers } from './link.ts';

/** Called on the way of the bytes: must not throw, must not wait. A chunk may be kept, not changed. */
export interface Tap {
  opened(): void;
  failed(why: string): void;
  /** From the station. */
  received(chunk: Uint8Array): void;
  /** To the station. */
  sent(chunk: Uint8Array): void;
  /** `null`: closed by us. */
  closed(why: string | null): void;
}

export function tapped(link: Link, tap: Tap): Link {
  let open = false;
  const over = (why: string | null) => {
    if (!open) return;
    open = false;
    tap.closed(why);
  };
  return {
    name: link.name,
    open(handlers: LinkHandlers) {
      // A byte may come before `open` has resolved.
      const begun = () => {
        if (!open) tap.opened();
        open = true;
      };
      const heard: LinkHandlers = {
        bytes: (chunk) => {
          if (!open) begun();
          tap.received(chunk);
          handlers.bytes(chunk);
        },
        closed: (failure) => {
          over(failure.message);
          handlers.closed(failure);
        },
      };
      return link.open(heard).then(begun, (error: unknown) => {
        tap.failed(error instanceof LinkFailure ? error.message : String(error));
        throw error;
      });
    },
    write(bytes) {
      if (open) tap.sent(bytes);
      return link.write(bytes);
    },
    close() {
      over(null);
      return link.close();
    },
  };
}
