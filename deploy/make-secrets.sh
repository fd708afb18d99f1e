#!/bin/sh
# Makes the passwords of the compose set, at random, into deploy/secrets/ (never in the repository).
# What exists already stays: remove a file and run this again to change that one password.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# The folder keeps other users of this machine out; the files inside must be readable for the containers' users.
chmod 700 secrets

make() {
  [ -s "secrets/$1" ] && return
  # 32 characters of A-Z a-z 0-9 are 190 bits.
  password=$(LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32)
  [ "${#password}" -eq 32 ]
  printf '%s\n' "$password" >"secrets/$1"
  chmod 444 "secrets/$1"
  echo "made deploy/secrets/$1"
}

for name in mqtt_bridge_password mqtt_viewer_password influx_admin_password influx_hai_password \
  influx_grafana_password grafana_admin_password page_password; do
  make "$name"
done
echo "The page (user hai): deploy/secrets/page_password. Grafana (user admin): deploy/secrets/grafana_admin_password."
