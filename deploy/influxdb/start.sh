#!/bin/sh
# Makes database and users from the secret files, then starts InfluxDB. Runs at every start: passwords of hai and grafana
# follow their files. While there is no administrator yet, InfluxDB lets anybody make one, so until then it
# listens on loopback alone.
set -eu
SECRETS=${SECRETS:-/run/secrets}
CONFIG=${CONFIG:-/etc/influxdb/influxdb.conf}
SETUP_PORT=${SETUP_PORT:-8087}

secret() { cat "$SECRETS/$1"; }

# Statements come from stdin and the login from the environment: no password on a command line.
ask() { influx -host 127.0.0.1 -port "$SETUP_PORT" "$@"; }
ask_as_admin() { INFLUX_USERNAME=admin INFLUX_PASSWORD=$(secret influx_admin_password) ask; }
as_admin() {
  answer=$(ask_as_admin 2>&1) || answer="ERR: $answer"
  case $answer in *ERR* | *error* | *'unable to parse'*) echo "influxdb setup: $answer" >&2 && return 1 ;; esac
}
answers() {
  case $(ask -execute 'SHOW DATABASES' 2>&1 || true) in *'Failed to connect'*) return 1 ;; esac
}

INFLUXDB_HTTP_BIND_ADDRESS=127.0.0.1:$SETUP_PORT influxd -config "$CONFIG" &
setup=$!
trap 'kill "$setup" 2>/dev/null || true' EXIT
tries=0
until answers; do
  tries=$((tries + 1))
  if [ "$tries" -gt 120 ] || ! kill -0 "$setup"; then
    echo 'influxdb setup: the server does not start' >&2
    exit 1
  fi
  sleep 0.5
done

# Refused where the user exists already: that is the normal case of every later start.
echo "CREATE USER admin WITH PASSWORD '$(secret influx_admin_password)' WITH ALL PRIVILEGES" | ask >/dev/null 2>&1 || true
for user in hai grafana; do
  echo "CREATE USER $user WITH PASSWORD '$(secret "influx_${user}_password")'" | ask_as_admin >/dev/null 2>&1 || true
done
as_admin <<END
CREATE DATABASE hai;
SET PASSWORD FOR hai = '$(secret influx_hai_password)';
GRANT ALL ON hai TO hai;
SET PASSWORD FOR grafana = '$(secret influx_grafana_password)';
GRANT READ ON hai TO grafana;
END

kill "$setup"
wait "$setup" || true
trap - EXIT
exec influxd -config "$CONFIG"
