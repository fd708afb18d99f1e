#!/bin/sh
# Starts mosquitto with the users of the secret files. Passwords are hashed here, with the broker's own tool, so that
# neither the repository nor the command line of any process ever holds one.
set -eu
SECRETS=${SECRETS:-/run/secrets}
CONFIG=${CONFIG:-/mosquitto/config}
RUN=${RUN:-/tmp}
umask 077

: >"$RUN/mosquitto.passwords"
for user in bridge viewer; do
  printf '%s:%s\n' "$user" "$(cat "$SECRETS/mqtt_${user}_password")" >>"$RUN/mosquitto.passwords"
done
mosquitto_passwd -U "$RUN/mosquitto.passwords"
# A copy of its own: mosquitto wants this file readable for its user alone.
cat "$CONFIG/acl" >"$RUN/mosquitto.acl"
exec mosquitto -c "$CONFIG/mosquitto.conf"
